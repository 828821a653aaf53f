//! A logical cache counts once whatever it is told, by whomever.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::{pending, ready},
    task::{Context, Waker},
    thread,
};

use futures_util::FutureExt;
use kymo_cache::{CacheResult, EvictionCause, metrics};
use kymo_testing::Point;

use crate::cache_meters::{CacheMeters, Counts, EVICTIONS, REQUESTS, WRITES, panics};

const FOLDED: &str = "kymo.cardinality.folded";
const OUTSIDE: &str = kymo_core::metrics::OUTSIDE.name;

/// Polls `future` once, which is not to be ready, and drops it.
fn give_up(future: impl Future) {
    let mut future = Box::pin(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn map(values: &[(&str, i64)]) -> BTreeMap<String, i64> {
    values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

#[test]
fn requests_and_writes_are_there_at_zero_before_the_first() {
    let (meters, _books) = CacheMeters::books();
    let zeroes = map(&[("error", 0), ("hit", 0), ("miss", 0)]);
    assert_eq!(meters.by(REQUESTS, "kymo.cache.result"), zeroes);
    assert_eq!(meters.by(WRITES, "kymo.cache.name"), map(&[("books", 0)]));
    let points = meters.points();
    let known = [REQUESTS, WRITES, FOLDED, OUTSIDE];
    let others = points.iter().filter(|point| !known.contains(&&*point.name));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&Point>::new());
}

#[test]
fn evictions_are_there_at_zero_once_they_are_expected() {
    let (meters, books) = CacheMeters::books();
    assert_eq!(meters.sum(EVICTIONS), None);
    books.expect_evictions();
    let key = "kymo.cache.eviction.cause";
    assert_eq!(meters.by(EVICTIONS, key), map(&[("expired", 0), ("size", 0)]));
    books.count_evictions(EvictionCause::Expired, 2);
    books.count_evictions(EvictionCause::Size, 3);
    assert_eq!(meters.by(EVICTIONS, key), map(&[("expired", 2), ("size", 3)]));
}

#[test]
fn caches_of_one_name_are_the_same() {
    let (meters, books) = CacheMeters::books();
    let again = meters.metrics.clone().cache("books");
    assert_eq!(books, again);
    assert_ne!(books, meters.metrics.cache("sessions"));
    books.count(CacheResult::Hit, 2);
    again.count(CacheResult::Hit, 3);
    again.count_writes(4);
    assert_eq!(meters.counts(), Counts { hits: 5, writes: 4, ..Counts::default() });
    assert_eq!(format!("{books:?}"), r#"Cache("books")"#);
}

#[test]
fn threads_that_ask_for_one_name_at_once_get_the_same_cache() {
    let meters = CacheMeters::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..64 {
                    meters.metrics.cache(&format!("cache {n}")).count(CacheResult::Miss, 1);
                }
            });
        }
    });
    let names = meters.by(REQUESTS, "kymo.cache.name");
    assert_eq!(names.len(), 64);
    assert!(names.values().all(|count| *count == 4), "{names:?}");
}

#[test]
fn the_65th_name_is_folded_and_so_is_an_empty_one() {
    let meters = CacheMeters::new();
    let sum = || meters.sum(FOLDED).unwrap_or(0);
    for n in 0..64 {
        meters.metrics.cache(&format!("cache {n}")).count(CacheResult::Hit, 1);
    }
    assert_eq!(sum(), 0);
    let one = meters.metrics.cache("one too many");
    let empty = meters.metrics.cache("");
    assert_eq!(one, empty);
    one.count(CacheResult::Hit, 10);
    empty.count(CacheResult::Hit, 10);
    assert_eq!(sum(), 2);
    meters.metrics.cache("cache 7").count(CacheResult::Hit, 1);
    let names = meters.by(REQUESTS, "kymo.cache.name");
    assert_eq!((names.len(), names["_OTHER"], names["cache 7"]), (65, 20, 2));
    assert_eq!(sum(), 2, "a name that is known is not folded");
}

#[test]
fn an_answer_is_counted_as_what_it_is() {
    let (meters, books) = CacheMeters::books();
    assert_eq!(books.lookup(Some(1)), Some(1));
    assert_eq!(books.lookup(None::<u8>), None);
    assert_eq!(books.lookup(Ok::<_, ()>(Some(1))), Ok(Some(1)));
    assert_eq!(books.lookup(Ok::<Option<u8>, ()>(None)), Ok(None));
    assert_eq!(books.lookup(Err::<Option<u8>, _>("down")), Err("down"));
    assert_eq!(books.lookup_async(ready(Some(2))).now_or_never(), Some(Some(2)));
    assert_eq!(meters.counts(), Counts { hits: 3, misses: 2, errors: 1, ..Counts::default() });
}

#[test]
fn a_lookup_that_is_dropped_or_panics_is_an_error() {
    let (meters, books) = CacheMeters::books();
    drop(books.lookup_async(pending::<Option<u8>>()));
    assert_eq!(meters.counts(), Counts::default(), "it was never polled");
    give_up(books.lookup_async(pending::<Option<u8>>()));
    assert_eq!(meters.counts().errors, 1);
    panics(|| books.lookup_async(async { panic!("on purpose") as Option<u8> }).now_or_never());
    assert_eq!(meters.counts(), Counts { errors: 2, ..Counts::default() });
}

#[test]
fn a_load_is_recorded_once_however_it_ends() {
    let (meters, books) = CacheMeters::books();
    let loads = || meters.counts().loads;
    drop(books.load(pending::<u8>()));
    assert_eq!(loads(), [0, 0, 0, 0], "it was never polled");
    assert_eq!(books.load(ready(7)).now_or_never(), Some(7));
    assert_eq!(books.try_load(ready(Ok::<_, ()>(7))).now_or_never(), Some(Ok(7)));
    assert_eq!(books.try_load(ready(Err::<u8, _>("gone"))).now_or_never(), Some(Err("gone")));
    assert_eq!(loads(), [2, 1, 0, 0]);
    give_up(books.load(pending::<u8>()));
    give_up(books.try_load(pending::<Result<u8, ()>>()));
    assert_eq!(loads(), [2, 1, 2, 0]);
    panics(|| books.load(async { panic!("on purpose") as u8 }).now_or_never());
    assert_eq!(loads(), [2, 1, 2, 1]);
    books.start_load().succeed();
    books.start_load().fail();
    drop(books.start_load());
    panics(|| {
        let _load = books.start_load();
        panic!("the load, or something else")
    });
    panics(|| books.load_now(|| panic!("on purpose") as u8));
    assert_eq!(meters.counts(), Counts { loads: [3, 2, 4, 2], ..Counts::default() });
}

#[test]
fn only_what_is_declared_is_emitted() {
    let (meters, books) = CacheMeters::books();
    books.lookup(Some(1));
    books.start_load().fail();
    books.expect_evictions();
    books.watch_entries(&std::sync::Arc::new(1), |n| *n);
    let watched = std::sync::Arc::new(1);
    books.watch_entries(&watched, |n| *n);
    let points = meters.points();
    let declared: BTreeMap<_, BTreeSet<_>> = metrics::ALL
        .iter()
        .chain(kymo_core::metrics::ALL)
        .map(|spec| (spec.name, spec.attributes.iter().map(|key| key.name).collect()))
        .collect();
    for point in &points {
        let keys: BTreeSet<_> = point.attributes.keys().map(String::as_str).collect();
        assert!(keys.is_subset(&declared[&*point.name]), "{point:?}");
    }
    let emitted: BTreeSet<_> = points.iter().map(|point| &*point.name).collect();
    assert_eq!(emitted, declared.keys().copied().collect());
}
