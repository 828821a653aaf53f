//! The levels are those that a pool tells, and no others.

use std::sync::atomic::{AtomicU32, Ordering};

use kymo_pool::PoolState;

use crate::pool_meters::{COUNT, GAUGES, MAX, PENDING, PoolMeters};

#[test]
fn every_level_that_is_told_is_observed() {
    let meters = PoolMeters::new();
    let state = PoolState::new(7, 3).max(10).waiting(2).idle_max(5).idle_min(1);
    let _orders = meters.pool("orders", state);
    assert_eq!(meters.idle_and_used("orders"), (3, 4));
    let levels = GAUGES[1..].iter().map(|gauge| meters.level(gauge, "orders").unwrap());
    assert_eq!(levels.collect::<Vec<_>>(), [10, 2, 5, 1]);
}

#[test]
fn a_pool_is_asked_once_in_each_collection() {
    let meters = PoolMeters::new();
    // Another number each time: all levels are of one moment.
    let asked = AtomicU32::new(0);
    let state = move |(): &()| {
        let now = asked.fetch_add(1, Ordering::Relaxed) + 1;
        PoolState::new(now, 0).max(now).waiting(now).idle_max(now).idle_min(now)
    };
    let _orders = meters.metrics.pool("orders", (), state).unwrap();
    for collection in 1..4 {
        let points = meters.points();
        for gauge in &GAUGES[1..] {
            assert_eq!(points.count(gauge, &[]), collection, "{gauge}");
        }
        assert_eq!(points.count(COUNT, &[]), collection);
    }
}

#[test]
fn a_level_that_is_not_told_is_absent_and_not_zero() {
    let meters = PoolMeters::new();
    let _orders = meters.pool("orders", PoolState::new(2, 1));
    assert_eq!(meters.idle_and_used("orders"), (1, 1));
    for gauge in &GAUGES[1..] {
        assert_eq!(meters.level(gauge, "orders"), None, "{gauge}");
    }
}

#[test]
fn numbers_that_no_pool_can_have_become_the_nearest_that_it_can() {
    let meters = PoolMeters::new();
    let cases = [
        (PoolState::new(2_u32, 3_usize), (2, 0)),
        (PoolState::new(-1_i32, 4_u64), (0, 0)),
        (PoolState::new(3_u8, -2_i64), (0, 3)),
        (PoolState::new(u64::MAX, 0_i8), (0, i64::MAX)),
        (PoolState::new(u64::MAX, u128::MAX), (i64::MAX, 0)),
    ];
    for (state, expected) in cases {
        let pool = meters.pool("orders", state.max(u64::MAX).waiting(-7));
        assert_eq!(meters.idle_and_used("orders"), expected, "{state:?}");
        assert_eq!(meters.level(MAX, "orders"), Some(i64::MAX));
        assert_eq!(meters.level(PENDING, "orders"), Some(0));
        drop(pool);
    }
}

#[test]
fn pools_that_exceed_the_budget_are_summed_where_all_of_them_tell() {
    let meters = PoolMeters::new();
    let full = PoolState::new(2, 1).max(4).waiting(1);
    let mut pools: Vec<_> = (0..66).map(|n| meters.pool(&format!("pool {n}"), full)).collect();
    assert_eq!(meters.by_name(MAX).len(), 65);
    assert_eq!(meters.idle_and_used("_OTHER"), (2, 2));
    assert_eq!(meters.level(MAX, "_OTHER"), Some(8));
    pools.push(meters.pool("pool 66", PoolState::new(1, 1).max(i64::MAX)));
    assert_eq!(meters.idle_and_used("_OTHER"), (3, 2));
    assert_eq!(meters.level(MAX, "_OTHER"), Some(i64::MAX));
    assert_eq!(meters.level(PENDING, "_OTHER"), None, "one of them does not know");
}

#[test]
fn a_pool_that_panics_has_no_levels_and_hurts_no_other() {
    let meters = PoolMeters::new();
    let _fine = meters.pool("fine", PoolState::new(1, 0));
    let broken = meters.metrics.pool("broken", (), |()| panic!("on purpose")).unwrap();
    let _later = meters.pool("later", PoolState::new(1, 0));
    assert_eq!(meters.by_name(COUNT).into_keys().collect::<Vec<_>>(), ["fine", "later"]);
    drop(broken);
    let _mended = meters.pool("broken", PoolState::new(1, 0));
    assert_eq!(meters.by_name(COUNT).len(), 3);
}
