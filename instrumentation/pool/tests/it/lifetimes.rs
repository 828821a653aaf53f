//! A pool is observed for as long as somebody has it, and no longer.

use std::{
    sync::{Arc, Mutex, Weak, mpsc},
    thread::{self, ThreadId},
    time::Duration,
};

use kymo_pool::{ObservedPool, PoolState};

use crate::{
    log,
    pool_meters::{COUNT, GAUGES, PoolMeters},
};

const STATE: fn(&Arc<()>) -> PoolState =
    |_| PoolState::new(1, 1).max(1).waiting(0).idle_max(1).idle_min(0);

#[test]
fn nothing_of_a_pool_is_kept_when_its_last_clone_is_dropped() {
    let meters = PoolMeters::new();
    let kept = Arc::new(());
    let captured = Arc::clone(&kept);
    let pool = meters.metrics.pool("orders", Arc::clone(&kept), move |pool| {
        drop(Arc::clone(&captured));
        STATE(pool)
    });
    let pool = pool.unwrap();
    let clone = pool.clone();
    assert_eq!(clone.name(), "orders");
    drop(pool);
    for gauge in GAUGES {
        assert!(!meters.by_name(gauge).is_empty(), "{gauge}");
    }
    assert!(Arc::ptr_eq(&clone, &kept), "it derefs to the pool");
    drop(clone);
    for gauge in GAUGES {
        assert!(meters.by_name(gauge).is_empty(), "{gauge}");
    }
    assert_eq!(Arc::strong_count(&kept), 1, "neither the pool nor the closure is kept");
}

#[test]
fn where_nobody_collects_pools_that_come_and_go_are_forgotten() {
    let meters = PoolMeters::new();
    let kept = Arc::new(());
    for n in 0..10_000 {
        let captured = Arc::clone(&kept);
        let state = move |_: &usize| {
            drop(Arc::clone(&captured));
            PoolState::new(0, 0)
        };
        drop(meters.metrics.pool("orders", n, state).unwrap());
    }
    assert!(Arc::strong_count(&kept) < 20, "{} are kept", Arc::strong_count(&kept));
}

#[test]
fn a_pool_that_is_dropped_while_it_is_asked_is_gone_in_the_next_collection() {
    let meters = PoolMeters::new();
    let slot: Arc<Mutex<Option<ObservedPool<()>>>> = Arc::default();
    let held: Weak<_> = Arc::downgrade(&slot);
    let state = move |(): &()| {
        drop(held.upgrade().and_then(|slot| slot.lock().unwrap().take()));
        PoolState::new(1, 0)
    };
    *slot.lock().unwrap() = Some(meters.metrics.pool("orders", (), state).unwrap());
    meters.points();
    assert_eq!(meters.by_name(COUNT).len(), 0);
}

/// Tells on which thread it is dropped.
struct Telling(mpsc::Sender<ThreadId>);

impl Drop for Telling {
    fn drop(&mut self) {
        self.0.send(thread::current().id()).unwrap();
        panic!("on purpose: as one that needs a runtime");
    }
}

#[test]
fn a_pool_that_is_dropped_while_it_is_asked_holds_up_no_collection() {
    let meters = PoolMeters::new();
    let (sender, receiver) = mpsc::channel();
    let slot: Arc<Mutex<Option<ObservedPool<Telling>>>> = Arc::default();
    let held = Arc::downgrade(&slot);
    let state = move |_: &Telling| {
        drop(held.upgrade().and_then(|slot| slot.lock().unwrap().take()));
        PoolState::new(1, 0)
    };
    *slot.lock().unwrap() = Some(meters.metrics.pool("orders", Telling(sender), state).unwrap());
    let (asked, told) = log::of(|| meters.idle_and_used("orders"));
    assert_eq!((asked, told.as_str()), ((0, 1), ""), "it has answered");
    assert_ne!(receiver.recv_timeout(Duration::from_secs(10)).unwrap(), thread::current().id());
}

#[test]
fn a_closure_may_make_and_drop_other_pools() {
    let meters = PoolMeters::new();
    let metrics = meters.metrics.clone();
    let state = move |(): &()| {
        let other = metrics.pool("other", (), |()| PoolState::new(1, 1)).unwrap();
        drop(other);
        PoolState::new(1, 0)
    };
    let _orders = meters.metrics.pool("orders", (), state).unwrap();
    assert_eq!(meters.idle_and_used("orders"), (0, 1));
}

#[test]
fn who_drops_the_observed_pool_before_it_was_read_is_told_what_to_keep() {
    let meters = PoolMeters::new();
    let state = PoolState::new(1, 1);
    let ((), told) = log::of(|| drop(meters.pool("forgotten", state)));
    assert!(told.contains("\"forgotten\"") && told.contains("keep"), "{told}");
    let ((), told) = log::of(|| {
        let pool = meters.pool("read", state);
        meters.points();
        drop(pool);
    });
    assert_eq!(told, "");
}

#[test]
fn a_pool_that_panics_is_told_of_once() {
    let meters = PoolMeters::new();
    let _broken = meters.metrics.pool("broken", (), |()| panic!("on purpose")).unwrap();
    let (_, told) = log::of(|| (0..3).map(|_| meters.points()).collect::<Vec<_>>());
    assert_eq!(told.matches("\"broken\"").count(), 1, "{told}");
}
