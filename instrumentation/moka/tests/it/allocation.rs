//! A hit takes no allocation of ours.

use std::hint::black_box;

use allocation_counter::measure;
use futures_util::FutureExt;

use crate::cache_meters::CacheMeters;
use kymo_moka::MeasureMoka as _;

const HITS: u64 = 1_000;

/// Allocations of so many hits, after as many that warm up.
fn allocations(hit: impl Fn(u64) -> Option<u64>) -> u64 {
    let hits = || {
        for time in 0..HITS {
            assert_eq!(black_box(hit(time % 10)), Some(7));
        }
    };
    hits();
    measure(hits).count_total
}

/// moka has maintenance to do now and then, which allocates; one a hit would be ten times as many.
#[track_caller]
fn assert_none_of_ours(allocations: u64) {
    assert!(allocations < HITS / 10, "{allocations} for {HITS} hits");
}

#[test]
fn a_hit_of_a_blocking_cache_allocates_nothing() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::new(100));
    (0..10).for_each(|key| cache.insert(key, 7));
    assert_none_of_ours(allocations(|key| cache.get(&key)));
    assert_none_of_ours(allocations(|key| Some(cache.get_with_by_ref(&key, || 8))));
    // moka's own puts the key into an `Arc`, even for a hit.
    assert_none_of_ours(allocations(|key| Some(cache.get_with(key, || 8))));
    assert_eq!(meters.counts().hits, 6 * HITS.cast_signed());
}

#[test]
fn a_hit_of_an_async_cache_allocates_nothing() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::new(100));
    (0..10).for_each(|key| cache.insert(key, 7).now_or_never().unwrap());
    assert_none_of_ours(allocations(|key| cache.get(&key).now_or_never().unwrap()));
    let by_ref = |key| cache.get_with_by_ref(&key, async { 8 }).now_or_never();
    assert_none_of_ours(allocations(by_ref));
    assert_none_of_ours(allocations(|key| cache.get_with(key, async { 8 }).now_or_never()));
    assert_eq!(meters.counts().hits, 6 * HITS.cast_signed());
}

#[test]
fn a_lookup_by_hand_allocates_nothing() {
    let (_meters, books) = CacheMeters::books();
    assert_eq!(allocations(|_| books.lookup(Some(7))), 0);
    assert_eq!(allocations(|_| books.lookup_async(async { Some(7) }).now_or_never().unwrap()), 0);
    assert_eq!(measure(|| books.count_writes(1)).count_total, 0);
}

#[test]
fn a_clone_allocates_nothing() {
    let (_meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::<u8, u8>::new(100));
    assert_eq!(measure(|| drop((books.clone(), cache.clone()))).count_total, 0);
}
