//! Each pool has a name of its own, or shares `_OTHER`.

use kymo_pool::{PoolNameError, PoolState};

use crate::pool_meters::{COUNT, PoolMeters};

const STATE: fn(&()) -> PoolState = |()| PoolState::new(1, 0);

#[test]
fn a_name_that_a_living_pool_has_is_refused_and_the_error_says_what_to_do() {
    let meters = PoolMeters::new();
    let orders = meters.metrics.pool("orders", (), STATE).unwrap();
    let taken = meters.metrics.pool("orders", (), STATE).unwrap_err();
    assert!(matches!(taken, PoolNameError::Taken { .. }), "{taken:?}");
    let text = format!("{taken:?}");
    assert!(text.contains("\"orders\"") && text.contains("another name"), "{text}");
    assert_eq!(meters.idle_and_used("orders"), (0, 1), "the first is still observed, once");
    let clone = orders.clone();
    drop(orders);
    assert!(meters.metrics.pool("orders", (), STATE).is_err(), "a clone is alive");
    drop(clone);
    let _again = meters.metrics.pool("orders", (), STATE).unwrap();
}

#[test]
fn a_name_that_says_nothing_is_refused() {
    let meters = PoolMeters::new();
    for name in ["", "_OTHER"] {
        let refused = meters.metrics.pool(name, (), STATE).unwrap_err();
        assert!(matches!(refused, PoolNameError::Reserved { .. }), "{refused:?}");
        assert!(refused.to_string().contains("another name"), "{refused}");
    }
    assert!(meters.by_name(COUNT).is_empty());
}

#[test]
fn any_text_is_a_name() {
    let meters = PoolMeters::new();
    let long = "n".repeat(10_000);
    for name in ["or\"ders\n", "заказы", "\u{0}", &long] {
        let _pool = meters.metrics.pool(name, (), STATE).unwrap();
        assert_eq!(meters.by_name(COUNT).len(), 1, "{name:?}");
    }
}
