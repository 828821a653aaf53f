//! Caches of [moka](https://docs.rs/moka) that measure themselves.
//!
//! [`Cache::moka`] wraps a cache of moka. The wrapper has the methods of moka's own, but for those that
//! are deprecated or unstable, with the same results, and tells the logical cache of what goes through
//! it. It does not deref: nothing goes round the count unless it says `inner()`. A `SegmentedCache` is
//! not wrapped: tell a [`Cache`] what it does.
//!
//! ```
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let meters = opentelemetry_sdk::metrics::SdkMeterProvider::default();
//! let books = kymo_cache::CacheMetrics::new(&meters).cache("books");
//!
//! let cache = moka::future::Cache::builder()
//!     .max_capacity(10_000)
//!     .time_to_live(Duration::from_secs(60))
//!     .eviction_listener(books.eviction_listener())
//!     .build();
//! let cache = books.moka(cache);
//!
//! let title = cache.get_with(7, async { "Dune".to_owned() }).await;
//! # assert_eq!(title, "Dune");
//! # }
//! ```
//!
//! # What is counted when
//!
//! | method | request | load | write |
//! | --- | --- | --- | --- |
//! | `get`, `contains_key` | one | | |
//! | `get_with`, `optionally_get_with`, `try_get_with`, and `or_insert_with` and the like of an entry | one | one, if this call makes it | one, if it loads a value |
//! | `or_insert`, `or_default` of an entry | one | | one, if it was absent |
//! | `and_compute_with`, `and_upsert_with` and the like of an entry | one | | one, if it changes the entry |
//! | `insert` | | | one |
//! | `remove`, `invalidate` | | | one, if there was an entry |
//! | `invalidate_all`, `invalidate_entries_if`, `iter` | | | |
//!
//! A request is a `hit` if the entry was there when it was asked for, and is not loaded again. Who
//! waits for the load of another is a `miss` without a load. If the one that loads is dropped or
//! panics, moka has another that waits load in its place: a second load. A load that finds `None`
//! succeeds, and writes nothing.
//!
//! What a cache was given and does not admit is a write, and then an eviction. moka does not tell how
//! many entries `invalidate_all` and `invalidate_entries_if` took out, so those are no writes.
//! Evictions are counted only by a cache that was built with [`Cache::eviction_listener`].
//!
//! To tell a hit from waiting for another, what may load asks whether the key is there, which moka does
//! not take for a use of the entry: what it keeps and lets go stays the same.

pub mod future;
mod request;
pub mod sync;

use std::sync::Arc;

use ::moka::notification::RemovalCause;

use crate::{Cache, EvictionCause, upkeep::Upkeep};

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
        cache.measured(self)
    }

    /// A listener for `eviction_listener` of moka's builders, which counts what the cache lets go by
    /// itself; from now on `kymo.cache.evictions` is there, at zero.
    ///
    /// What the program replaces or takes out is no eviction. A listener of your own can count too:
    ///
    /// ```
    /// use kymo_cache::{Cache, EvictionCause};
    /// use moka::notification::RemovalCause;
    ///
    /// # fn run(books: Cache) -> moka::sync::Cache<u64, String> {
    /// let listener = move |key, _title, cause: RemovalCause| {
    ///     if let Ok(evicted) = EvictionCause::try_from(cause) {
    ///         books.count_evictions(evicted, 1);
    ///     }
    ///     println!("{key} is gone");
    /// };
    /// moka::sync::Cache::builder().eviction_listener(listener).build()
    /// # }
    /// ```
    pub fn eviction_listener<K, V>(
        &self,
    ) -> impl Fn(Arc<K>, V, RemovalCause) + Clone + Send + Sync + 'static + use<K, V> {
        self.expect_evictions();
        let cache = self.clone();
        move |_: Arc<K>, _: V, removed| {
            if let Ok(evicted) = EvictionCause::try_from(removed) {
                cache.count_evictions(evicted, 1);
            }
        }
    }
}

impl Cache {
    /// As [`Cache::watch_entries`], of a cache that is right only after its `upkeep`.
    fn watch_kept<T, F>(&self, cache: &Arc<T>, upkeep: Upkeep<T>, count: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&T) -> u64 + Send + Sync + 'static,
    {
        self.entries.watch(self.series.name(), cache, Some(upkeep), count);
    }
}

/// What the cache let go by itself; the cause itself if the program took it out or replaced it.
impl TryFrom<RemovalCause> for EvictionCause {
    type Error = RemovalCause;

    fn try_from(removed: RemovalCause) -> Result<Self, RemovalCause> {
        match removed {
            RemovalCause::Expired => Ok(Self::Expired),
            RemovalCause::Size => Ok(Self::Size),
            RemovalCause::Explicit | RemovalCause::Replaced => Err(removed),
        }
    }
}

/// A cache of moka that [`Cache::moka`] can measure. Not for others to implement.
pub trait Measurable: sealed::Sealed {
    /// The same cache, measured.
    type Measured;

    #[doc(hidden)]
    fn measured(self, cache: &Cache) -> Self::Measured;
}

mod sealed {
    pub trait Sealed {}

    impl<K, V, S> Sealed for ::moka::future::Cache<K, V, S> {}
    impl<K, V, S> Sealed for ::moka::sync::Cache<K, V, S> {}
}
