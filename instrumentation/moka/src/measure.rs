//! How a cache of moka is given a name, and told of.

use std::sync::Arc;

use kymo_cache::{Cache, EvictionCause};
use moka::notification::RemovalCause;

/// Measures a cache of moka as a logical cache.
pub trait MeasureMoka {
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
    fn moka<C: Measurable>(&self, cache: C) -> C::Measured;

    /// A listener for `eviction_listener` of moka's builders, which counts what the cache lets go by
    /// itself; from now on `kymo.cache.evictions` is there, at zero.
    ///
    /// Entries that the program replaces or takes out are no evictions. A listener of your own can count
    /// too:
    ///
    /// ```
    /// use kymo_cache::Cache;
    /// use kymo_moka::eviction_cause;
    /// use moka::notification::RemovalCause;
    ///
    /// # fn run(books: Cache) -> moka::sync::Cache<u64, String> {
    /// let listener = move |key, _title, cause: RemovalCause| {
    ///     if let Some(evicted) = eviction_cause(cause) {
    ///         books.count_evictions(evicted, 1);
    ///     }
    ///     println!("{key} is gone");
    /// };
    /// moka::sync::Cache::builder().eviction_listener(listener).build()
    /// # }
    /// ```
    fn eviction_listener<K, V>(
        &self,
    ) -> impl Fn(Arc<K>, V, RemovalCause) + Clone + Send + Sync + 'static + use<Self, K, V>;
}

impl MeasureMoka for Cache {
    fn moka<C: Measurable>(&self, cache: C) -> C::Measured {
        cache.measured(self)
    }

    fn eviction_listener<K, V>(
        &self,
    ) -> impl Fn(Arc<K>, V, RemovalCause) + Clone + Send + Sync + 'static + use<K, V> {
        self.expect_evictions();
        let cache = self.clone();
        move |_: Arc<K>, _: V, removed| {
            if let Some(evicted) = eviction_cause(removed) {
                cache.count_evictions(evicted, 1);
            }
        }
    }
}

/// The cause of an eviction by the cache itself; `None` if the program took the entry out or replaced
/// it.
pub fn eviction_cause(removed: RemovalCause) -> Option<EvictionCause> {
    match removed {
        RemovalCause::Expired => Some(EvictionCause::Expired),
        RemovalCause::Size => Some(EvictionCause::Size),
        RemovalCause::Explicit | RemovalCause::Replaced => None,
    }
}

/// A cache of moka that [`MeasureMoka::moka`] can measure. Not for others to implement.
pub trait Measurable: sealed::Sealed {
    /// The same cache, measured.
    type Measured;

    #[doc(hidden)]
    fn measured(self, cache: &Cache) -> Self::Measured;
}

mod sealed {
    pub trait Sealed {}

    impl<K, V, S> Sealed for moka::future::Cache<K, V, S> {}
    impl<K, V, S> Sealed for moka::sync::Cache<K, V, S> {}
}
