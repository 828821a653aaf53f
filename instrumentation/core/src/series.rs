//! The cache between a hot path and its bound instruments.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use hashbrown::HashMap;

use crate::{Folds, key::AttributeKey};

/// What one series is found by: small, [`Copy`], and made of [`Bounded`](crate::Bounded) values.
pub trait SeriesKey: Copy + Eq + Hash {
    /// The same key with one more attribute turned into `_OTHER`, and that attribute; `None` when
    /// what is left is a closed set.
    fn fold(self) -> Option<(Self, AttributeKey)>;
}

/// From a key to a struct of bound instruments, up to a number of series.
///
/// A hit takes no lock and allocates nothing. A miss binds the instruments once, under a lock
/// that no hit ever waits for. When the cache is full, a new key is folded one attribute at a
/// time until it meets a series that exists or cannot be folded further; each fold is counted.
pub struct SeriesCache<K, S> {
    series: ArcSwap<HashMap<K, Arc<S>>>,
    binding: Mutex<()>,
    capacity: usize,
    folds: Folds,
}

impl<K: SeriesKey, S> SeriesCache<K, S> {
    /// An empty cache for `capacity` series, and beyond them only keys that cannot be folded.
    pub fn new(capacity: usize, folds: Folds) -> Self {
        Self { series: ArcSwap::default(), binding: Mutex::new(()), capacity, folds }
    }

    /// Records into the series of `key`, which `bind` makes if it is the first time.
    pub fn with<R>(&self, key: K, bind: impl FnOnce(K) -> S, record: impl FnOnce(&S) -> R) -> R {
        let series = self.series.load();
        if let Some(found) = series.get(&key) {
            return record(found);
        }
        drop(series);
        record(&self.bind(key, bind))
    }

    /// Where folds of this cache's metric are counted.
    pub fn folds(&self) -> &Folds {
        &self.folds
    }

    fn bind(&self, key: K, bind: impl FnOnce(K) -> S) -> Arc<S> {
        let key = match self.admit(key) {
            Ok(found) => return found,
            Err(key) => key,
        };
        let _binding = self.binding.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have bound it while this one waited.
        if let Some(found) = self.series.load().get(&key) {
            return Arc::clone(found);
        }
        let bound = Arc::new(bind(key));
        let mut series = HashMap::clone(&self.series.load());
        series.insert(key, Arc::clone(&bound));
        self.series.store(Arc::new(series));
        bound
    }

    /// The series that stands for `key` already, or the key under which to bind one.
    fn admit(&self, mut key: K) -> Result<Arc<S>, K> {
        let series = self.series.load();
        if series.len() < self.capacity {
            return Err(key);
        }
        while let Some((folded, attribute)) = key.fold() {
            self.folds.count(&attribute);
            key = folded;
            if let Some(found) = series.get(&key) {
                return Ok(Arc::clone(found));
            }
        }
        Err(key)
    }
}

impl<K, S> fmt::Debug for SeriesCache<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesCache")
            .field("series", &self.series.load().len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use opentelemetry::metrics::{MeterProvider, noop::NoopMeterProvider};

    use super::*;
    use crate::{key, metrics::CARDINALITY_FOLDED};

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    struct Key {
        route: u16,
        closed: u8,
    }

    impl SeriesKey for Key {
        fn fold(self) -> Option<(Self, AttributeKey)> {
            (self.route != 0).then_some((Self { route: 0, ..self }, key::HTTP_ROUTE))
        }
    }

    fn cache(capacity: usize) -> SeriesCache<Key, (Key, AtomicU64)> {
        let meter = NoopMeterProvider::new().meter("test");
        SeriesCache::new(capacity, Folds::new(&meter, &CARDINALITY_FOLDED, &[key::HTTP_ROUTE]))
    }

    fn count(cache: &SeriesCache<Key, (Key, AtomicU64)>, key: Key) -> Key {
        cache.with(
            key,
            |key| (key, AtomicU64::new(0)),
            |(key, count)| {
                count.fetch_add(1, Ordering::Relaxed);
                *key
            },
        )
    }

    #[test]
    fn a_full_cache_folds_the_route_and_keeps_the_rest() {
        let cache = cache(2);
        for route in 1..=2 {
            assert_eq!(count(&cache, Key { route, closed: 7 }), Key { route, closed: 7 });
        }
        assert_eq!(count(&cache, Key { route: 3, closed: 7 }), Key { route: 0, closed: 7 });
        assert_eq!(count(&cache, Key { route: 4, closed: 8 }), Key { route: 0, closed: 8 });
        assert_eq!(count(&cache, Key { route: 1, closed: 7 }), Key { route: 1, closed: 7 });
    }

    #[test]
    fn a_hundred_thousand_keys_stay_within_capacity_and_the_closed_remainder() {
        let cache = cache(100);
        for n in 0..100_000_u32 {
            let route = u16::try_from(n % 50_000 + 1).unwrap();
            let closed = u8::try_from(n % 5).unwrap();
            count(&cache, Key { route, closed });
        }
        assert_eq!(cache.series.load().len(), 105);
    }

    #[test]
    fn threads_that_meet_on_one_key_share_one_series() {
        let cache = cache(10);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..1000_u16 {
                        count(&cache, Key { route: n % 10, closed: 0 });
                    }
                });
            }
        });
        let total: u64 = cache.series.load().values().map(|s| s.1.load(Ordering::Relaxed)).sum();
        assert_eq!((cache.series.load().len(), total), (10, 4000));
    }
}
