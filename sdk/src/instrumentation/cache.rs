//! Caches: see [`Telemetry::cache`].

use std::{fmt, ops::Deref};

use kymo_cache::CacheMetrics;

#[allow(unreachable_pub, unused_imports, reason = "the feature `moka` adds to it")]
pub use crate::beside::cache::*;
pub use kymo_cache::{Answer, CacheResult, EvictionCause, Load, Lookup};

use crate::Telemetry;

impl Telemetry {
    /// The logical cache called `name`, which is told of every lookup, load and write.
    ///
    /// Make it once and keep it. It is the same for everybody who asks for it by that name, in process
    /// or in Redis. The first 64 names are kept apart; later ones, and an empty one, are `_OTHER`.
    ///
    /// ```
    /// use std::collections::HashMap;
    ///
    /// # fn run(telemetry: &kymo::Telemetry, users: &HashMap<u64, String>) {
    /// let sessions = telemetry.cache("sessions");
    ///
    /// let user = sessions.lookup(users.get(&7));
    /// # }
    /// ```
    pub fn cache(&self, name: &str) -> Cache {
        Cache(self.cache_metrics().cache(name))
    }

    pub(crate) fn cache_metrics(&self) -> CacheMetrics {
        self.kept.of(|| CacheMetrics::new(self.meters()))
    }
}

/// A logical cache as the metrics know it: what it was asked, and what came of it, is told to it, by
/// the methods of [`kymo_cache::Cache`].
///
/// Clones, and caches of the same name, are the same: their counts are sums.
#[derive(Clone, PartialEq, Eq)]
pub struct Cache(pub(crate) kymo_cache::Cache);

impl Deref for Cache {
    type Target = kymo_cache::Cache;

    fn deref(&self) -> &kymo_cache::Cache {
        &self.0
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
