//! One entry of a blocking cache, by a key that is cloned only if it is needed.

use std::{
    borrow::ToOwned,
    fmt,
    hash::{BuildHasher, Hash},
    sync::Arc,
};

use moka::{
    Entry, Equivalent,
    ops::compute::{CompResult, Op},
    sync::RefKeyEntrySelector,
};

use super::MeasuredCache;
use crate::request::{Loaded, Request};

/// A `moka::sync::RefKeyEntrySelector` that tells of what is done to its entry.
///
/// Made by [`MeasuredCache::entry_by_ref`]. It counts when one of its methods is called.
#[must_use = "nothing is done to the entry without a call"]
pub struct MeasuredRefKeyEntrySelector<'a, K, Q: ?Sized, V, S> {
    key: &'a Q,
    cache: &'a MeasuredCache<K, V, S>,
}

impl<'a, K, Q, V, S> MeasuredRefKeyEntrySelector<'a, K, Q, V, S>
where
    Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    pub(super) fn new(key: &'a Q, cache: &'a MeasuredCache<K, V, S>) -> Self {
        Self { key, cache }
    }

    /// Lets `f` say what becomes of the entry; it is told what is there.
    ///
    /// Counts a request, and a write if the entry changes.
    pub fn and_compute_with<F>(self, f: F) -> CompResult<K, V>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Op<V>,
    {
        let (request, entry) = self.start();
        entry.and_compute_with(|entry| {
            let there = request.found(entry.as_ref());
            request.computed(f(entry), there)
        })
    }

    /// As [`Self::and_compute_with`]; nothing becomes of the entry if `f` fails.
    ///
    /// # Errors
    ///
    /// That of `f`.
    pub fn and_try_compute_with<F, E>(self, f: F) -> Result<CompResult<K, V>, E>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Result<Op<V>, E>,
        E: Send + Sync + 'static,
    {
        let (request, entry) = self.start();
        entry.and_try_compute_with(|entry| {
            let there = request.found(entry.as_ref());
            Ok(request.computed(f(entry)?, there))
        })
    }

    /// Puts in what `f` makes of what is there.
    ///
    /// Counts a request and a write.
    pub fn and_upsert_with<F>(self, f: F) -> Entry<K, V>
    where
        F: FnOnce(Option<Entry<K, V>>) -> V,
    {
        let (request, entry) = self.start();
        entry.and_upsert_with(|entry| {
            request.found(entry.as_ref());
            request.wrote(f(entry))
        })
    }

    /// The entry, with the default value if it is absent.
    ///
    /// Counts a request, and a write if the entry was absent.
    pub fn or_default(self) -> Entry<K, V>
    where
        V: Default,
    {
        let (request, entry) = self.start();
        request.inserted(entry.or_default())
    }

    /// The entry, with the value `default` if it is absent.
    ///
    /// Counts a request, and a write if the entry was absent.
    pub fn or_insert(self, default: V) -> Entry<K, V> {
        let (request, entry) = self.start();
        request.inserted(entry.or_insert(default))
    }

    /// The entry, loaded by `init` if it is absent.
    ///
    /// Counts a request; and, if this call loads a value, a load and a write.
    pub fn or_insert_with(self, init: impl FnOnce() -> V) -> Entry<K, V> {
        let (request, entry) = self.ask();
        let entry = entry.or_insert_with(|| request.load_now(init, Loaded::value));
        request.answered(true);
        entry
    }

    /// The entry, loaded by `init` if it is absent or to be replaced.
    ///
    /// Counts a request, which is a miss for an entry to be replaced; and, if this call loads a value, a
    /// load and a write.
    pub fn or_insert_with_if(
        self,
        init: impl FnOnce() -> V,
        mut replace_if: impl FnMut(&V) -> bool,
    ) -> Entry<K, V> {
        let (request, entry) = self.ask();
        let init = || request.load_now(init, Loaded::value);
        let replace_if = |value: &V| request.refused_if(replace_if(value));
        let entry = entry.or_insert_with_if(init, replace_if);
        request.answered(true);
        entry
    }

    /// The entry, loaded by `init` if it is absent, or nothing if `init` has nothing.
    ///
    /// Counts a request; and, if this call loads a value, a load and a write.
    pub fn or_optionally_insert_with(
        self,
        init: impl FnOnce() -> Option<V>,
    ) -> Option<Entry<K, V>> {
        let (request, entry) = self.ask();
        let init = || request.load_now(init, Loaded::option);
        let entry = entry.or_optionally_insert_with(init);
        request.answered(entry.is_some());
        entry
    }

    /// The entry, loaded by `init` if it is absent.
    ///
    /// Counts a request; and, if this call loads a value, a load and a write.
    ///
    /// # Errors
    ///
    /// That of `init`, which is shared with all who waited for it.
    pub fn or_try_insert_with<F, E>(self, init: F) -> Result<Entry<K, V>, Arc<E>>
    where
        F: FnOnce() -> Result<V, E>,
        E: Send + Sync + 'static,
    {
        let (request, entry) = self.ask();
        let init = || request.load_now(init, Loaded::result);
        let entry = entry.or_try_insert_with(init);
        request.answered(entry.is_ok());
        entry
    }

    /// For what may wait for another's load.
    fn ask(self) -> (Request<'a>, RefKeyEntrySelector<'a, K, Q, V, S>) {
        let moka = self.cache.inner();
        let request = Request::ask(self.cache.cache(), || moka.contains_key(self.key));
        (request, moka.entry_by_ref(self.key))
    }

    /// For what is told whether there is an entry.
    fn start(self) -> (Request<'a>, RefKeyEntrySelector<'a, K, Q, V, S>) {
        let request = Request::start(self.cache.cache());
        (request, self.cache.inner().entry_by_ref(self.key))
    }
}

impl<K, Q: fmt::Debug + ?Sized, V, S> fmt::Debug for MeasuredRefKeyEntrySelector<'_, K, Q, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MeasuredRefKeyEntrySelector").field(&self.key).finish()
    }
}
