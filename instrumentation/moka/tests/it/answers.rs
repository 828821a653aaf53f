//! Each method counts as its documentation says, and a measured cache is moka's in all else.

use std::{
    convert::Infallible,
    fmt::Debug,
    future::pending,
    hash::{Hash, Hasher},
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use futures_util::FutureExt;
use kymo_moka::MeasureMoka as _;
use moka::ops::compute::{CompResult, Op};
use tokio::sync::Semaphore;

use crate::cache_meters::{CacheMeters, Counts, panics};

#[test]
fn everything_that_is_no_request_and_no_write_is_moka_s_alone() {
    let (meters, books) = CacheMeters::books();
    let bare = moka::sync::Cache::builder()
        .name("shelf")
        .max_capacity(9)
        .weigher(|_, _| 3)
        .support_invalidation_closures()
        .build();
    let cache = books.moka(bare.clone());
    bare.insert(1, "Dune");
    cache.run_pending_tasks();
    assert_eq!((cache.name(), cache.policy().max_capacity()), (Some("shelf"), Some(9)));
    assert_eq!((cache.entry_count(), cache.weighted_size()), (1, 3));
    assert_eq!(format!("{cache:?}"), format!("{bare:?}"));
    assert_eq!(cache.iter().collect::<Vec<_>>(), [(Arc::new(1), "Dune")]);
    assert_eq!((&cache).into_iter().count(), 1);
    assert!(cache.invalidate_entries_if(|_, _| false).is_ok());
    cache.invalidate_all();
    assert!(!bare.contains_key(&1));
    assert_eq!(meters.counts(), Counts::default());
}

#[test]
fn each_entry_of_a_blocking_cache_is_counted_as_what_was_done() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::<u8, u32>::new(100));
    let mut expected = Counts::default();
    let mut counted = |what: &str, change: fn(&mut Counts)| {
        change(&mut expected);
        assert_eq!(meters.counts(), expected, "{what}");
    };
    assert_eq!(cache.get(&1), None);
    counted("get", |c| c.misses += 1);
    cache.insert(1, 10);
    counted("insert", |c| c.writes += 1);
    assert!(cache.contains_key(&1) && cache.get(&1) == Some(10));
    counted("contains_key", |c| c.hits += 2);
    cache.invalidate(&1);
    counted("invalidate", |c| c.writes += 1);
    cache.invalidate(&1);
    assert_eq!(cache.remove(&1), None);
    counted("invalidate nothing", |_| ());
    assert_eq!(cache.entry(1).or_insert(11).into_value(), 11);
    counted("or_insert", |c| (c.misses, c.writes) = (c.misses + 1, c.writes + 1));
    assert_eq!(cache.entry_by_ref(&1).or_default().into_value(), 11);
    counted("or_default", |c| c.hits += 1);
    assert_eq!(cache.entry(1).or_insert_with_if(|| 12, |n| *n == 11).into_value(), 12);
    counted("a refused entry is none", |c| {
        (c.misses, c.writes, c.loads[0]) = (c.misses + 1, c.writes + 1, c.loads[0] + 1);
    });
    assert_eq!(cache.entry(1).or_insert_with_if(|| 13, |n| *n == 11).into_value(), 12);
    counted("or_insert_with_if", |c| c.hits += 1);
    assert_eq!(
        cache.entry(1).and_upsert_with(|old| old.unwrap().into_value() + 1).into_value(),
        13
    );
    counted("and_upsert_with", |c| (c.hits, c.writes) = (c.hits + 1, c.writes + 1));
    cache.entry(1).and_compute_with(|_| Op::Nop);
    counted("compute nothing", |c| c.hits += 1);
    cache.entry(1).and_compute_with(|_| Op::Remove);
    counted("compute away", |c| (c.hits, c.writes) = (c.hits + 1, c.writes + 1));
    cache.entry(1).and_compute_with(|_| Op::Remove);
    counted("compute nothing away", |c| c.misses += 1);
    cache.entry(1).and_try_compute_with(|_| Err::<Op<u32>, _>("no")).unwrap_err();
    counted("fail to compute", |c| c.misses += 1);
    assert!(cache.entry(1).or_optionally_insert_with(|| None).is_none());
    counted("load nothing", |c| (c.misses, c.loads[0]) = (c.misses + 1, c.loads[0] + 1));
    cache.entry_by_ref(&1).or_try_insert_with(|| Err("down")).unwrap_err();
    counted("fail to load", |c| (c.misses, c.loads[1]) = (c.misses + 1, c.loads[1] + 1));
}

#[tokio::test]
async fn who_does_not_compute_because_another_does_is_told_what_is_there() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::<u8, u32>::new(100));
    cache.insert(1, 10).await;
    let slow = |_| pending::<Op<u32>>();
    let mut slow = Box::pin(cache.entry(1).and_compute_with(slow));
    assert!(slow.as_mut().now_or_never().is_none());
    let second =
        cache.entry(1).and_try_compute_if_nobody_else(async |_| Ok::<_, Infallible>(Op::Put(11)));
    assert!(matches!(second.await, Ok(CompResult::Unchanged(entry)) if *entry.value() == 10));
    let expected = Counts { hits: 2, writes: 1, ..Counts::default() };
    assert_eq!(meters.counts(), expected);
    drop(slow);
    let third =
        cache.entry(1).and_try_compute_if_nobody_else(async |_| Ok::<_, Infallible>(Op::Put(11)));
    assert!(matches!(third.await, Ok(CompResult::ReplacedWith(_))));
    assert_eq!(meters.counts(), Counts { hits: 3, writes: 2, ..expected });
}

/// moka's own future waits here: it evicts before it answers, and the listener is asleep.
#[tokio::test]
async fn a_lookup_that_is_dropped_midway_is_an_error() {
    let (meters, books) = CacheMeters::books();
    let gate = Arc::new(Semaphore::new(0));
    let asleep = Arc::clone(&gate);
    let bare = moka::future::Cache::builder()
        .max_capacity(1)
        .async_eviction_listener(move |_, _, _| {
            let asleep = Arc::clone(&asleep);
            Box::pin(async move { drop(asleep.acquire().await) })
        })
        .build();
    let cache = books.moka(bare);
    cache.insert(1, 10).await;
    cache.insert(2, 20).await;
    // So long that the next one has the maintenance to do.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut get = Box::pin(cache.get(&1));
    assert!(get.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(meters.counts(), Counts { writes: 2, ..Counts::default() });
    drop(get);
    assert_eq!(meters.counts(), Counts { errors: 1, writes: 2, ..Counts::default() });
    gate.add_permits(1);
    assert_eq!(cache.get_with(1, async { 11 }).await, 10);
    assert_eq!(meters.counts(), Counts { hits: 1, errors: 1, writes: 2, ..Counts::default() });
}

/// Cannot be hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bad;

impl Hash for Bad {
    fn hash<H: Hasher>(&self, _: &mut H) {
        panic!("on purpose");
    }
}

#[test]
fn a_request_that_panics_is_one_error() {
    let (meters, books) = CacheMeters::books();
    let blocking = books.moka(moka::sync::Cache::<Bad, u8>::new(10));
    let asynchronous = books.moka(moka::future::Cache::<Bad, u8>::new(10));
    panics(|| blocking.get(&Bad));
    panics(|| blocking.contains_key(&Bad));
    panics(|| blocking.get_with(Bad, || 1));
    panics(|| blocking.entry(Bad).or_insert(1));
    panics(|| asynchronous.get(&Bad).now_or_never());
    panics(|| asynchronous.try_get_with_by_ref(&Bad, async { Ok::<_, ()>(1) }).now_or_never());
    panics(|| asynchronous.entry_by_ref(&Bad).or_insert_with(async { 1 }).now_or_never());
    assert_eq!(meters.counts(), Counts { errors: 7, ..Counts::default() });
}

#[test]
fn a_future_that_is_never_polled_is_nothing() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::<u8, u8>::new(10));
    drop(cache.get(&1));
    drop(cache.get_with(1, async { 1 }));
    drop(cache.insert(1, 1));
    drop(cache.entry(1));
    drop(cache.entry(1).or_insert(1));
    drop(cache.invalidate(&1));
    assert_eq!(meters.counts(), Counts::default());
}

#[test]
fn what_moka_lets_go_from_thread_to_thread_still_goes() {
    fn goes<T: Send>(value: T) -> T {
        value
    }
    fn is<T: Clone + Send + Sync + Unpin + Debug>() {}
    is::<kymo_moka::future::MeasuredCache<String, Vec<u8>>>();
    is::<kymo_moka::sync::MeasuredCache<String, Vec<u8>>>();
    let (_meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::<String, u8>::new(10));
    drop(goes(cache.get("a")));
    drop(goes(cache.get_with("a".to_owned(), async { 1 })));
    drop(goes(cache.try_get_with_by_ref("a", async { Ok::<u8, String>(1) })));
    drop(goes(cache.optionally_get_with_by_ref("a", async { Some(1) })));
    drop(goes(cache.insert("a".to_owned(), 1)));
    drop(goes(cache.remove("a")));
    drop(goes(cache.run_pending_tasks()));
    drop(goes(cache.entry_by_ref("a").or_insert_with_if(async { 1 }, |_| false)));
    drop(goes(cache.entry_by_ref("a").and_compute_with(async |_| Op::Put(1))));
}
