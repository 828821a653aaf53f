//! What knows the caches of a program.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kymo_core::{Bounded, ValueBudget};
use opentelemetry::metrics::MeterProvider;

use crate::{
    cache::Cache,
    entries::Entries,
    instruments::{CacheSeries, Instruments},
    key, metrics, scope,
};

/// Measures caches through the meters of one provider.
///
/// Clones share their instruments. Make one for each provider: two of one provider do not know each
/// other's caches, and overwrite each other's `kymo.cache.entries`.
#[derive(Debug, Clone)]
pub struct CacheMetrics(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    instruments: Instruments,
    names: ValueBudget,
    caches: Mutex<HashMap<Bounded, Arc<CacheSeries>>>,
    entries: Arc<Entries>,
}

impl CacheMetrics {
    /// Instruments from `meters`, for any number of caches.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = scope::meter(meters);
        Self(Arc::new(Shared {
            instruments: Instruments::new(&meter),
            names: key::CACHE_NAME.budget(&meter, &metrics::REQUESTS),
            caches: Mutex::default(),
            entries: Entries::observed_by(&meter),
        }))
    }

    /// The logical cache called `name`, which is the same for everybody who asks for it.
    ///
    /// The first 64 names are kept apart. Later ones, and an empty one, are `_OTHER`, and counted in
    /// `kymo.cardinality.folded` once for each call of this.
    pub fn cache(&self, name: &str) -> Cache {
        let Shared { instruments, names, caches, entries } = &*self.0;
        let bounded = names.bound_name(name);
        let known = || caches.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&bounded).map(Arc::clone);
        let series = found.unwrap_or_else(|| {
            // Bound while nothing is locked: binding waits for a collection that goes on.
            let new = Arc::new(CacheSeries::new(instruments, names.value(bounded).into()));
            Arc::clone(known().entry(bounded).or_insert(new))
        });
        Cache::new(series, Arc::clone(entries))
    }
}
