//! How many entries caches have, observed at every collection.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use kymo_core::key;
use opentelemetry::{KeyValue, metrics::Meter};

use crate::metrics;

/// What can tell how many entries it has.
trait Count: Send + Sync {
    fn entries(&self) -> Option<u64>;
}

/// A cache that may be gone, and how its entries are counted.
struct Watched<T, F> {
    cache: Weak<T>,
    count: F,
}

impl<T: Send + Sync, F: Fn(&T) -> u64 + Send + Sync> Count for Watched<T, F> {
    fn entries(&self) -> Option<u64> {
        self.cache.upgrade().map(|cache| (self.count)(&cache))
    }
}

/// The caches that are watched, each held weakly.
#[derive(Default)]
pub(crate) struct Entries(Mutex<Vec<(KeyValue, Arc<dyn Count>)>>);

impl Entries {
    /// Caches that are observed by an instrument of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let entries = Arc::new(Self::default());
        let observed = Arc::clone(&entries);
        metrics::ENTRY_COUNT.observable_up_down_counter(meter, move |instrument| {
            for (name, entries) in observed.counts() {
                instrument.observe(entries, &[key::CACHE_NAME.of(name)]);
            }
        });
        entries
    }

    pub(crate) fn watch<T, F>(&self, name: &KeyValue, cache: &Arc<T>, count: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&T) -> u64 + Send + Sync + 'static,
    {
        let watched = Watched { cache: Arc::downgrade(cache), count };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((name.clone(), Arc::new(watched)));
    }

    /// The entries of all caches of each name; forgets those that are gone.
    fn counts(&self) -> BTreeMap<String, i64> {
        // The program's own code counts, and may make another cache meanwhile: nothing is locked.
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut counts = BTreeMap::new();
        let mut gone = Vec::new();
        for (name, watched) in all {
            match watched.entries() {
                Some(entries) => {
                    let sum: &mut i64 = counts.entry(name.value.as_str().into_owned()).or_default();
                    *sum = sum.saturating_add(i64::try_from(entries).unwrap_or(i64::MAX));
                }
                None => gone.push(watched),
            }
        }
        if !gone.is_empty() {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|(_, known)| !gone.iter().any(|gone| Arc::ptr_eq(gone, known)));
        }
        counts
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}
