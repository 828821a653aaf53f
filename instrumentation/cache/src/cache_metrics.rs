//! The caches of a program, by name.

use std::sync::Arc;

use kymo_core::Named;
use opentelemetry::metrics::MeterProvider;

use crate::{
    cache::Cache,
    cache_series::CacheSeries,
    entries::Entries,
    key,
    metrics::{self, Instruments, SCOPE},
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
    caches: Named<CacheSeries>,
    entries: Arc<Entries>,
}

impl CacheMetrics {
    /// Instruments from `meters`, for any number of caches.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        Self(Arc::new(Shared {
            instruments: Instruments::new(&meter),
            caches: Named::new(key::CACHE_NAME.budget(&meter, &metrics::REQUESTS)),
            entries: Entries::observed_by(&meter),
        }))
    }

    /// The logical cache called `name`, which is the same for everybody who asks for it.
    ///
    /// The first 64 names are kept apart. Later ones, and an empty one, are `_OTHER`, and counted in
    /// `kymo.cardinality.folded` once for each call of this.
    pub fn cache(&self, name: &str) -> Cache {
        let Shared { instruments, caches, entries } = &*self.0;
        let series = caches.get(name, |name| CacheSeries::new(instruments, name));
        Cache::new(series, Arc::clone(entries))
    }
}
