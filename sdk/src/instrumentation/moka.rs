//! Caches of moka.

use std::sync::Arc;

use kymo_moka::{Measurable, MeasureMoka as _, RemovalCause};

use crate::cache::Cache;

/// The methods of [`kymo_moka::MeasureMoka`], without an import.
impl Cache {
    /// Measures `cache`, a `moka::future::Cache` or a `moka::sync::Cache`, as this logical cache.
    ///
    /// Wrap a cache of moka once and clone what comes out: the entries of one that is wrapped twice
    /// are counted twice. `kymo.cache.entries` is `entry_count()` of moka, and is absent once the last
    /// clone is gone.
    ///
    /// moka lets go of what expired when it is used, or by `run_pending_tasks()`. A collection has that
    /// done, so that a cache that nobody uses does not look full: on a thread of its own, or, for a
    /// `future::Cache`, in the tokio runtime that this was called in; and waits for it 20 ms at most. What
    /// takes longer is seen by the next collection. Of a `future::Cache` that is wrapped outside of a
    /// runtime the number is an estimate until the cache is used.
    pub fn moka<C: Measurable>(&self, cache: C) -> C::Measured {
        self.0.moka(cache)
    }

    /// A listener for `eviction_listener` of moka's builders, which counts what the cache lets go by
    /// itself; from now on `kymo.cache.evictions` is there, at zero.
    ///
    /// An entry that the program replaces or takes out is no eviction. A listener of your own can count too: see
    /// [`kymo_moka::MeasureMoka::eviction_listener`].
    pub fn eviction_listener<K, V>(
        &self,
    ) -> impl Fn(Arc<K>, V, RemovalCause) + Clone + Send + Sync + 'static + use<K, V> {
        self.0.eviction_listener()
    }
}
