//! Loads are counted once each, however many wait for them, and however they end.

use std::{sync::Arc, sync::Barrier, thread, time::Duration};

use futures_util::FutureExt;
use kymo_moka::{MeasureMoka as _, future::MeasuredCache};
use tokio::{
    sync::{Notify, Semaphore},
    task::{JoinSet, yield_now},
};

use crate::cache_meters::{CacheMeters, Counts, panics};

fn asynchronous() -> (CacheMeters, MeasuredCache<u8, u32>) {
    let (meters, books) = CacheMeters::books();
    (meters, books.moka(moka::future::Cache::new(100)))
}

/// Until every task there is has done all it can.
async fn settled() {
    for _ in 0..1_000 {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_hundred_that_ask_at_once_are_a_hundred_misses_and_one_load() {
    let (meters, cache) = asynchronous();
    let gate = Arc::new(Semaphore::new(0));
    let mut tasks = JoinSet::new();
    for n in 0..100 {
        let (cache, gate) = (cache.clone(), Arc::clone(&gate));
        tasks.spawn(async move {
            let load = async {
                gate.acquire().await.unwrap().forget();
                n
            };
            cache.get_with(1, load).await
        });
    }
    settled().await;
    assert_eq!(meters.counts(), Counts { misses: 100, ..Counts::default() });
    gate.add_permits(100);
    let values = tasks.join_all().await;
    assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
    assert_eq!(gate.available_permits(), 99);
    let expected = Counts { misses: 100, writes: 1, loads: [1, 0, 0, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
    assert_eq!(cache.get_with(1, async { unreachable!() }).await, values[0]);
    assert_eq!(meters.counts(), Counts { hits: 1, ..expected });
}

#[test]
fn threads_that_ask_at_once_are_as_many_misses_and_one_load() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::<u8, u32>::new(100));
    let (asked, loading) = (Barrier::new(8), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            cache.try_get_with(1, || {
                loading.wait();
                // All others ask meanwhile.
                asked.wait();
                thread::sleep(Duration::from_millis(200));
                Err::<u32, _>("down")
            })
        });
        loading.wait();
        for _ in 0..7 {
            scope.spawn(|| {
                asked.wait();
                assert_eq!(*cache.try_get_with(1, || Ok::<_, &str>(7)).unwrap_err(), "down");
            });
        }
    });
    let expected = Counts { misses: 8, loads: [0, 1, 0, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[tokio::test]
async fn a_load_that_fails_is_one_for_all_who_wait() {
    let (meters, cache) = asynchronous();
    let gate = Notify::new();
    let failing = cache.try_get_with(1, async {
        gate.notified().await;
        Err::<u32, _>("down".to_owned())
    });
    let waiting = cache.try_get_with_by_ref(&1, async { Ok::<_, String>(7) });
    let open = async { gate.notify_one() };
    let (failed, waited, ()) = futures_util::join!(failing, waiting, open);
    assert!(Arc::ptr_eq(&failed.unwrap_err(), &waited.unwrap_err()), "moka's error");
    let expected = Counts { misses: 2, loads: [0, 1, 0, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[tokio::test]
async fn a_load_that_finds_nothing_is_no_failure_and_no_write() {
    let (meters, cache) = asynchronous();
    assert_eq!(cache.optionally_get_with(1, async { None }).await, None);
    let expected = Counts { misses: 1, loads: [1, 0, 0, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
    assert_eq!(cache.optionally_get_with_by_ref(&1, async { Some(7) }).await, Some(7));
    let expected = Counts { misses: 2, writes: 1, loads: [2, 0, 0, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
    assert_eq!(cache.optionally_get_with(1, async { None }).await, Some(7));
    assert_eq!(meters.counts(), Counts { hits: 1, ..expected });
}

#[tokio::test]
async fn who_takes_over_a_load_that_was_dropped_makes_a_second_one() {
    let (meters, cache) = asynchronous();
    let mut first = Box::pin(cache.get_with(1, std::future::pending()));
    assert!(first.as_mut().now_or_never().is_none());
    let mut second = Box::pin(cache.get_with(1, async { 7 }));
    assert!(second.as_mut().now_or_never().is_none(), "it waits");
    assert_eq!(meters.counts(), Counts { misses: 2, ..Counts::default() });
    drop(first);
    assert_eq!(second.await, 7);
    let expected = Counts { misses: 2, writes: 1, loads: [1, 0, 1, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[tokio::test]
async fn who_is_dropped_while_it_waits_for_another_is_a_miss_without_a_load() {
    let (meters, cache) = asynchronous();
    let mut first = Box::pin(cache.get_with(1, std::future::pending()));
    assert!(first.as_mut().now_or_never().is_none());
    assert!(cache.get_with(1, async { 7 }).now_or_never().is_none());
    assert_eq!(meters.counts(), Counts { misses: 2, ..Counts::default() });
    drop(first);
    let expected = Counts { misses: 2, loads: [0, 0, 1, 0], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[tokio::test]
async fn who_takes_over_a_load_that_panicked_makes_a_second_one() {
    let (meters, cache) = asynchronous();
    let gate = Arc::new(Notify::new());
    let (loading, opened) = (cache.clone(), Arc::clone(&gate));
    let first = tokio::spawn(async move {
        let load = async {
            opened.notified().await;
            panic!("on purpose")
        };
        loading.get_with(1, load).await
    });
    settled().await;
    let second = tokio::spawn(async move { cache.get_with(1, async { 7 }).await });
    settled().await;
    gate.notify_one();
    assert!(first.await.unwrap_err().is_panic());
    assert_eq!(second.await.unwrap(), 7);
    let expected = Counts { misses: 2, writes: 1, loads: [1, 0, 0, 1], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[test]
fn a_blocking_load_that_panics_is_one_load_and_the_program_s_panic() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::<u8, u32>::new(100));
    panics(|| cache.get_with(1, || panic!("on purpose")));
    assert_eq!(cache.get_with_by_ref(&1, || 7), 7);
    let expected = Counts { misses: 2, writes: 1, loads: [1, 0, 0, 1], ..Counts::default() };
    assert_eq!(meters.counts(), expected);
}

#[tokio::test]
async fn who_waits_for_a_load_that_goes_round_the_count_is_a_miss() {
    let (meters, cache) = asynchronous();
    let gate = Notify::new();
    let uncounted = cache.inner().get_with(1, async {
        gate.notified().await;
        7
    });
    let waiting = cache.get_with(1, async { unreachable!() });
    let open = async { gate.notify_one() };
    assert_eq!(futures_util::join!(uncounted, waiting, open), (7, 7, ()));
    assert_eq!(meters.counts(), Counts { misses: 1, ..Counts::default() });
}
