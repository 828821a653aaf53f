//! Evictions are what moka says that it evicted, and nothing else.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use kymo_cache::Cache;
use kymo_moka::{MeasureMoka as _, eviction_cause};
use moka::notification::RemovalCause;

use crate::cache_meters::{CacheMeters, EVICTIONS};

/// The causes that a listener was told, as they print.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<BTreeMap<String, i64>>>);

impl Told {
    /// A listener that is told beside ours.
    fn listener(
        &self,
        books: &Cache,
    ) -> impl Fn(Arc<u32>, u32, RemovalCause) + Send + Sync + 'static + use<> {
        let (told, ours) = (self.clone(), books.eviction_listener());
        move |key, value, cause| {
            *told.0.lock().unwrap().entry(format!("{cause:?}").to_lowercase()).or_default() += 1;
            ours(key, value, cause);
        }
    }

    fn of(&self, cause: &str) -> i64 {
        self.0.lock().unwrap().get(cause).copied().unwrap_or(0)
    }
}

#[track_caller]
fn assert_agree(meters: &CacheMeters, told: &Told) {
    let counted = meters.by(EVICTIONS, "kymo.cache.eviction.cause");
    assert_eq!(counted.len(), 2, "{counted:?}");
    for (cause, count) in &counted {
        assert_eq!(*count, told.of(cause), "{cause}");
    }
}

#[test]
fn what_a_blocking_cache_lets_go_is_counted_by_cause() {
    let (meters, books) = CacheMeters::books();
    let told = Told::default();
    let bare = moka::sync::Cache::builder()
        .max_capacity(10)
        .time_to_live(Duration::from_millis(100))
        .eviction_listener(told.listener(&books))
        .build();
    let cache = books.moka(bare);
    assert_agree(&meters, &told);
    (0..100).for_each(|key| cache.insert(key, key));
    cache.run_pending_tasks();
    let kept: Vec<u32> = cache.iter().map(|(key, _)| *key).collect();
    cache.insert(kept[0], 7);
    cache.invalidate(&kept[1]);
    cache.remove(&kept[2]);
    cache.run_pending_tasks();
    thread::sleep(Duration::from_millis(150));
    cache.run_pending_tasks();
    assert_eq!(cache.entry_count(), 0);
    assert_agree(&meters, &told);
    assert_eq!((told.of("size"), told.of("expired")), (90, 8));
    assert_eq!((told.of("explicit"), told.of("replaced")), (2, 1), "they are no evictions");
}

#[tokio::test]
async fn what_an_async_cache_lets_go_is_counted_by_cause() {
    let (meters, books) = CacheMeters::books();
    let told = Told::default();
    let bare = moka::future::Cache::builder()
        .max_capacity(10)
        .time_to_idle(Duration::from_millis(100))
        .eviction_listener(told.listener(&books))
        .build();
    let cache = books.moka(bare);
    for key in 0..100 {
        cache.get_with(key, async { key }).await;
    }
    cache.run_pending_tasks().await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    cache.run_pending_tasks().await;
    assert_eq!(cache.entry_count(), 0);
    assert_agree(&meters, &told);
    assert_eq!((told.of("size"), told.of("expired")), (90, 10));
}

#[test]
fn the_listener_fits_both_builders_as_it_is() {
    let (meters, books) = CacheMeters::books();
    let blocking = moka::sync::Cache::<String, Vec<u8>>::builder()
        .max_capacity(1)
        .eviction_listener(books.eviction_listener())
        .build();
    let cache = books.moka(blocking);
    cache.insert("a".to_owned(), vec![1]);
    cache.insert("b".to_owned(), vec![1]);
    cache.run_pending_tasks();
    assert_eq!(meters.sum(EVICTIONS), Some(1), "there is room for one");
    drop(
        moka::future::Cache::<u8, u8>::builder()
            .eviction_listener(books.eviction_listener())
            .build(),
    );
}

#[test]
fn only_what_moka_calls_evicted_is_an_eviction() {
    use RemovalCause::{Expired, Explicit, Replaced, Size};
    for cause in [Expired, Explicit, Replaced, Size] {
        assert_eq!(eviction_cause(cause).is_some(), cause.was_evicted(), "{cause:?}");
    }
    assert_eq!(eviction_cause(Explicit), None);
}
