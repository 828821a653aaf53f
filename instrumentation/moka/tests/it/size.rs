//! How many entries a cache of moka has is told while the program has it.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::cache_meters::{CacheMeters, ENTRIES, EVICTIONS};
use kymo_moka::MeasureMoka as _;

#[tokio::test]
async fn entries_are_told_until_the_last_clone_is_gone() {
    let (meters, books) = CacheMeters::books();
    let bare = moka::future::Cache::new(100);
    let cache = books.moka(bare.clone());
    assert_eq!(meters.sum(ENTRIES), Some(0));
    for key in 0..5 {
        cache.insert(key, key).await;
    }
    cache.run_pending_tasks().await;
    assert_eq!(meters.sum(ENTRIES), Some(5));
    let clone = cache.clone();
    drop(cache);
    clone.invalidate(&3).await;
    clone.run_pending_tasks().await;
    assert_eq!(meters.sum(ENTRIES), Some(4));
    drop(clone);
    assert_eq!(meters.sum(ENTRIES), None, "moka's own clone does not count");
    assert_eq!(bare.entry_count(), 4);
}

#[test]
fn measuring_does_not_keep_what_is_cached() {
    let (meters, books) = CacheMeters::books();
    let value = std::sync::Arc::new(7);
    let cache = books.moka(moka::sync::Cache::new(100));
    cache.insert(1, std::sync::Arc::clone(&value));
    cache.run_pending_tasks();
    assert_eq!(meters.sum(ENTRIES), Some(1));
    drop(cache);
    assert_eq!(meters.sum(ENTRIES), None);
    // crossbeam frees in its own time; a value that only telemetry held would stay for ever.
    for _ in 0..10_000 {
        moka::sync::Cache::new(1).insert(0, 0);
        if std::sync::Arc::strong_count(&value) == 1 {
            return;
        }
    }
    panic!("the value is still held");
}

/// How long an entry lives here, and after which it is surely over.
const LIFE: Duration = Duration::from_millis(20);
const OVER: Duration = Duration::from_millis(80);

/// Looks until there are as many entries as that: a busy machine may take longer than a collection waits.
fn eventually(meters: &CacheMeters, entries: i64) {
    let start = Instant::now();
    while meters.sum(ENTRIES) != Some(entries) {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", meters.sum(ENTRIES));
    }
}

#[test]
fn what_expired_and_is_never_touched_again_is_no_entry() {
    let (meters, books) = CacheMeters::books();
    let listener = books.eviction_listener();
    let cache = moka::sync::Cache::builder().time_to_live(LIFE).eviction_listener(listener);
    let cache = books.moka(cache.build());
    for key in 0..10 {
        cache.insert(key, key);
    }
    thread::sleep(OVER);
    eventually(&meters, 0);
    assert_eq!(meters.sum(EVICTIONS), Some(10));
    assert_eq!(cache.entry_count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expired_and_is_never_awaited_again_is_no_entry() {
    let (meters, books) = CacheMeters::books();
    let listener = books.eviction_listener();
    let cache = moka::future::Cache::builder().time_to_live(LIFE).eviction_listener(listener);
    let cache = books.moka(cache.build());
    for key in 0..10 {
        cache.insert(key, key).await;
    }
    tokio::time::sleep(OVER).await;
    eventually(&meters, 0);
    assert_eq!(meters.sum(EVICTIONS), Some(10));
    assert_eq!(cache.entry_count(), 0);
}

/// It could wait for the collection that waits for it.
#[test]
fn a_listener_that_is_slow_or_makes_instruments_holds_up_no_collection() {
    let (meters, books) = CacheMeters::books();
    let (metrics, slow) = (meters.metrics.clone(), Duration::from_secs(3));
    let listener = move |key, _: u32, _| {
        metrics.cache(&format!("of {key}")).count_writes(1);
        thread::sleep(slow);
    };
    let cache = moka::sync::Cache::builder().time_to_live(LIFE).eviction_listener(listener);
    let cache = books.moka(cache.build());
    cache.insert(1, 1);
    cache.run_pending_tasks();
    thread::sleep(OVER);
    let start = Instant::now();
    for _ in 0..3 {
        meters.sum(ENTRIES).unwrap();
    }
    assert!(start.elapsed() < slow, "{:?}", start.elapsed());
    eventually(&meters, 0);
}

#[test]
fn a_cache_of_futures_that_was_wrapped_outside_of_a_runtime_is_an_estimate() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::builder().time_to_live(LIFE).build());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        cache.insert(1, 1).await;
        cache.run_pending_tasks().await;
        tokio::time::sleep(OVER).await;
        assert_eq!(meters.sum(ENTRIES), Some(1));
        cache.run_pending_tasks().await;
        assert_eq!(meters.sum(ENTRIES), Some(0));
    });
}
