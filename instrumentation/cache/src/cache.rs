//! One logical cache.

use std::{fmt, future::Future, sync::Arc};

use crate::{
    cache_series::CacheSeries,
    entries::Entries,
    load::Load,
    lookup::{Answer, Lookup},
    upkeep::Upkeep,
    values::{CacheResult, EvictionCause},
};

/// A logical cache as the metrics know it, by its name: requests, loads and writes are told to it.
///
/// Clones, and caches of the same name, are the same: their counts are sums.
#[derive(Clone)]
pub struct Cache {
    pub(crate) series: Arc<CacheSeries>,
    pub(crate) entries: Arc<Entries>,
}

impl Cache {
    pub(crate) fn new(series: Arc<CacheSeries>, entries: Arc<Entries>) -> Self {
        Self { series, entries }
    }

    /// Counts `entries` that were asked for and answered alike, in `kymo.cache.requests`.
    #[inline]
    pub fn count(&self, result: CacheResult, entries: u64) {
        self.series.count(result, entries);
    }

    /// Counts one request that came to `answer`, and hands the answer back: `Some` is a hit, `None` a
    /// miss, and an `Err` an error.
    ///
    /// ```
    /// # fn run(sessions: &kymo_cache::Cache, users: &std::collections::HashMap<u64, String>) {
    /// let user = sessions.lookup(users.get(&7));
    /// # }
    /// ```
    pub fn lookup<A: Answer>(&self, answer: A) -> A {
        self.count(answer.result(), 1);
        answer
    }

    /// Counts one request by the output of `lookup`; a future that is dropped after its first poll, or
    /// panics, is an `error`, and one that is never polled is nothing.
    pub async fn lookup_async<A: Answer>(&self, lookup: impl Future<Output = A>) -> A {
        let counted = self.start_lookup();
        counted.answer(lookup.await)
    }

    /// Counts a request from now on, in `kymo.cache.requests`, whatever becomes of it.
    pub fn start_lookup(&self) -> Lookup<'_> {
        Lookup::start(self)
    }

    /// Times the loading of an entry that the cache did not have, in seconds, in
    /// `kymo.cache.load.duration`, until it is said how it ended. A load that is dropped before that is
    /// `cancelled`.
    pub fn start_load(&self) -> Load {
        Load::start(Arc::clone(&self.series))
    }

    /// A load that starts when it is first entered, as its [`Watch`](kymo_core::Watch); one that never
    /// is, is nothing.
    pub fn prepare_load(&self) -> Load {
        Load::to_come(Arc::clone(&self.series))
    }

    /// Times `load`, which cannot fail; otherwise as [`Cache::try_load`].
    pub async fn load<T>(&self, load: impl Future<Output = T>) -> T {
        let mut timed = self.start_load();
        let loaded = timed.watch(load).await;
        timed.succeed();
        loaded
    }

    /// Times `load` from its first poll until its result, or until it is dropped; an error is
    /// `_OTHER`, because it is the program's own.
    ///
    /// # Errors
    ///
    /// That of `load`.
    pub async fn try_load<T, E>(&self, load: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut timed = self.start_load();
        let loaded = timed.watch(load).await;
        timed.end(loaded.is_ok());
        loaded
    }

    /// Times `load`, which blocks and cannot fail; otherwise as [`Cache::try_load_now`].
    pub fn load_now<T>(&self, load: impl FnOnce() -> T) -> T {
        let mut timed = self.start_load();
        let loaded = timed.run(load);
        timed.succeed();
        loaded
    }

    /// Times `load`, which blocks; an error is `_OTHER`, because it is the program's own, and a
    /// panic is `panic`.
    ///
    /// # Errors
    ///
    /// That of `load`.
    pub fn try_load_now<T, E>(&self, load: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut timed = self.start_load();
        let loaded = timed.run(load);
        timed.end(loaded.is_ok());
        loaded
    }

    /// Counts entries that the program put into the cache, or took out of it, in `kymo.cache.writes`.
    pub fn count_writes(&self, entries: u64) {
        self.series.count_writes(entries);
    }

    /// Counts entries that the cache let go by itself, in `kymo.cache.evictions`.
    pub fn count_evictions(&self, cause: EvictionCause, entries: u64) {
        self.series.count_evictions(cause, entries);
    }

    /// Shows `kymo.cache.evictions` from now on, at zero: for a cache that tells of them, so that the
    /// first one is a rate.
    pub fn expect_evictions(&self) {
        self.series.expect_evictions();
    }

    /// Asks `count` at every collection how many entries `cache` has, for as long as somebody else
    /// holds it: `kymo.cache.entries`.
    ///
    /// `count` must not block, and neither must the drop of `cache`: where its last owner goes during a
    /// collection, the collection drops it. A cache that is watched twice is counted twice. Where `count`
    /// panics, the number of that name is absent from the collection.
    ///
    /// ```
    /// use std::{collections::HashMap, sync::{Arc, Mutex}};
    ///
    /// # fn run(sessions: &kymo_cache::Cache) {
    /// let users: Arc<Mutex<HashMap<u64, String>>> = Arc::default();
    /// sessions.watch_entries(&users, |users| users.lock().map_or(0, |users| users.len() as u64));
    /// # }
    /// ```
    pub fn watch_entries<T, F>(&self, cache: &Arc<T>, count: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&T) -> u64 + Send + Sync + 'static,
    {
        self.entries.watch(self.series.name(), cache, None, count);
    }

    /// As [`Cache::watch_entries`], of a cache that puts work off, such as moka: a collection has its
    /// `upkeep` done first, and waits for it 20 ms at most.
    pub fn watch_kept_entries<T, F>(&self, cache: &Arc<T>, upkeep: Upkeep<T>, count: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&T) -> u64 + Send + Sync + 'static,
    {
        self.entries.watch(self.series.name(), cache, Some(upkeep), count);
    }
}

/// Two are equal if they count into the same series.
impl PartialEq for Cache {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.series, &other.series)
    }
}

impl Eq for Cache {}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cache").field(&self.series.name().value.as_str()).finish()
    }
}
