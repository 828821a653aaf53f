//! How many entries there are is told for as long as there is a cache.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::cache_meters::{CacheMeters, ENTRIES, REQUESTS};

fn entries(meters: &CacheMeters) -> BTreeMap<String, i64> {
    meters.by(ENTRIES, "kymo.cache.name")
}

#[test]
fn entries_are_told_until_the_cache_is_gone() {
    let (meters, books) = CacheMeters::books();
    let map = Arc::new(Mutex::new(vec![1, 2]));
    books.watch_entries(&map, |map| map.lock().unwrap().len() as u64);
    assert_eq!(entries(&meters), BTreeMap::from([("books".to_owned(), 2)]));
    map.lock().unwrap().push(3);
    assert_eq!(entries(&meters)["books"], 3);
    drop(map);
    assert_eq!(entries(&meters), BTreeMap::new());
}

#[test]
fn caches_of_one_name_are_summed() {
    let (meters, books) = CacheMeters::books();
    let (one, other) = (Arc::new(3), Arc::new(u64::MAX));
    books.watch_entries(&one, |n| *n);
    meters.metrics.cache("books").watch_entries(&other, |n| *n);
    assert_eq!(entries(&meters)["books"], i64::MAX, "as many as there is room for");
    drop(other);
    assert_eq!(entries(&meters)["books"], 3);
}

#[test]
fn what_counts_may_make_another_cache() {
    let (meters, books) = CacheMeters::books();
    let map = Arc::new(AtomicU64::new(0));
    let other = Arc::new(7);
    let metrics = meters.metrics.clone();
    let watched = Arc::clone(&other);
    books.watch_entries(&map, move |map| {
        let cache = metrics.cache(&format!("cache {}", map.load(Ordering::Relaxed)));
        cache.lookup(None::<u8>);
        cache.watch_entries(&watched, |n| *n);
        map.fetch_add(1, Ordering::Relaxed)
    });
    assert_eq!(entries(&meters)["books"], 0);
    assert_eq!(entries(&meters)["books"], 1);
    assert_eq!(entries(&meters)["cache 0"], 7);
    assert_eq!(meters.by(REQUESTS, "kymo.cache.name")["cache 0"], 1);
}

#[test]
fn what_panics_when_it_counts_is_absent_and_hurts_nobody_else() {
    let (meters, books) = CacheMeters::books();
    let map = Arc::new(AtomicU64::new(0));
    books.watch_entries(&map, |map| {
        assert_ne!(map.load(Ordering::Relaxed), 0, "on purpose");
        map.load(Ordering::Relaxed)
    });
    let fine = Arc::new(2);
    books.watch_entries(&fine, |n| *n);
    meters.metrics.cache("sessions").watch_entries(&fine, |n| *n);
    // A part of the entries of `books` would be a lie.
    assert_eq!(entries(&meters), BTreeMap::from([("sessions".to_owned(), 2)]));
    books.lookup(Some(1));
    assert_eq!(meters.counts().hits, 1);
    map.store(5, Ordering::Relaxed);
    let all = BTreeMap::from([("books".to_owned(), 7), ("sessions".to_owned(), 2)]);
    assert_eq!(entries(&meters), all);
}

#[test]
fn caches_that_come_and_go_are_forgotten_even_if_nobody_collects() {
    let (_meters, books) = CacheMeters::books();
    let known = Arc::new(());
    let lasting = Arc::new(1);
    books.watch_entries(&lasting, |n| *n);
    for n in 0..10_000 {
        let known = Arc::clone(&known);
        books.watch_entries(&Arc::new(n), move |n| {
            drop(Arc::clone(&known));
            *n
        });
    }
    assert!(Arc::strong_count(&known) < 10, "{} are known", Arc::strong_count(&known));
}
