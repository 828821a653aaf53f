//! Caches: see [`Telemetry::cache`].

use kymo_cache::CacheMetrics;

#[allow(unreachable_pub, unused_imports, reason = "the feature `moka` adds to it")]
pub use crate::beside::cache::*;
pub use kymo_cache::{Answer, Cache, CacheResult, EvictionCause, Load};

use crate::Telemetry;

impl Telemetry {
    /// The logical cache called `name`: whoever asks, loads and writes tells it so.
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
        self.cache_metrics().cache(name)
    }

    pub(crate) fn cache_metrics(&self) -> CacheMetrics {
        self.kept.of(|| CacheMetrics::new(self.meters()))
    }
}
