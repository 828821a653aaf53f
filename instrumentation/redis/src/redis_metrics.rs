//! Measures Redis through one meter provider.

use std::sync::{Arc, OnceLock};

use kymo_cache::CacheMetrics;
use opentelemetry::metrics::MeterProvider;

use crate::{
    caches::Caches,
    metrics::SCOPE,
    recorder::Recorder,
    redis_handle::{Redis, Shared},
    settings::RedisSettings,
};

/// Measures connections to Redis through the meters of one provider.
///
/// Clones share their instruments. Make one for each provider: the series of two of them together may
/// exceed the limit of the SDK, whose overflow loses every attribute at once.
#[derive(Debug, Clone)]
pub struct RedisMetrics {
    recorder: Arc<Recorder>,
    caches: CacheMetrics,
}

impl RedisMetrics {
    /// Instruments from `meters`, for any number of connections; hits, misses and writes are
    /// counted by `caches`.
    pub fn new(meters: &dyn MeterProvider, caches: &CacheMetrics) -> Self {
        let recorder = Arc::new(Recorder::new(&SCOPE.meter(meters)));
        Self { recorder, caches: caches.clone() }
    }

    /// A Redis that is called as `settings` say, for any number of connections to it.
    ///
    /// The first 64 places, each with its number of the database, are kept apart. Later ones have
    /// `db.namespace` `_OTHER` and no address, and are counted in `kymo.cardinality.folded`.
    pub fn redis(&self, settings: &RedisSettings) -> Redis {
        let cache = |name: &String| self.caches.cache(name);
        let prefixes = settings.prefixes.iter().map(|(prefix, name)| (prefix.clone(), cache(name)));
        Redis::new(Shared {
            recorder: Arc::clone(&self.recorder),
            namespace: settings.namespace.clone(),
            server: settings.server.clone(),
            caches: Caches::new(settings.cache.as_ref().map(cache), prefixes.collect()),
            first: OnceLock::new(),
        })
    }
}
