//! One entry of an async cache, by a key that is given away.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    pin::pin,
    sync::Arc,
};

use moka::{
    Entry,
    future::OwnedKeyEntrySelector,
    ops::compute::{CompResult, Op},
};

use super::MeasuredCache;
use crate::request::{Loaded, Request};

/// A `moka::future::OwnedKeyEntrySelector` that tells of what is done to its entry.
///
/// Made by [`MeasuredCache::entry`]. It counts when one of its methods is called.
#[must_use = "nothing is done to the entry without a call"]
pub struct MeasuredOwnedKeyEntrySelector<'a, K, V, S> {
    key: K,
    cache: &'a MeasuredCache<K, V, S>,
}

impl<'a, K, V, S> MeasuredOwnedKeyEntrySelector<'a, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    pub(super) fn new(key: K, cache: &'a MeasuredCache<K, V, S>) -> Self {
        Self { key, cache }
    }

    /// Lets `f` say what becomes of the entry; it is told what is there.
    ///
    /// Counts a request, and a write if the entry changes.
    pub async fn and_compute_with<F, Fut>(self, f: F) -> CompResult<K, V>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Fut,
        Fut: Future<Output = Op<V>>,
    {
        let (request, entry) = self.start();
        let request = &request;
        entry
            .and_compute_with(|entry| {
                let there = request.found(entry.as_ref());
                let op = f(entry);
                async move { request.computed(op.await, there) }
            })
            .await
    }

    /// As [`Self::and_compute_with`]; nothing becomes of the entry if `f` fails.
    ///
    /// # Errors
    ///
    /// That of `f`.
    pub async fn and_try_compute_with<F, Fut, E>(self, f: F) -> Result<CompResult<K, V>, E>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Fut,
        Fut: Future<Output = Result<Op<V>, E>>,
        E: Send + Sync + 'static,
    {
        let (request, entry) = self.start();
        let request = &request;
        entry
            .and_try_compute_with(|entry| {
                let there = request.found(entry.as_ref());
                let op = f(entry);
                async move { Ok(request.computed(op.await?, there)) }
            })
            .await
    }

    /// As [`Self::and_try_compute_with`]; nothing becomes of the entry if somebody else is computing
    /// it.
    ///
    /// # Errors
    ///
    /// That of `f`.
    pub async fn and_try_compute_if_nobody_else<F, Fut, E>(
        self,
        f: F,
    ) -> Result<CompResult<K, V>, E>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Fut,
        Fut: Future<Output = Result<Op<V>, E>>,
        E: Send + Sync + 'static,
    {
        let (request, entry) = self.start();
        let request = &request;
        let result = entry
            .and_try_compute_if_nobody_else(|entry| {
                let there = request.found(entry.as_ref());
                let op = f(entry);
                async move { Ok(request.computed(op.await?, there)) }
            })
            .await;
        request.answered(matches!(result, Ok(CompResult::Unchanged(_))));
        result
    }

    /// Puts in what `f` makes of what is there.
    ///
    /// Counts a request and a write.
    pub async fn and_upsert_with<F, Fut>(self, f: F) -> Entry<K, V>
    where
        F: FnOnce(Option<Entry<K, V>>) -> Fut,
        Fut: Future<Output = V>,
    {
        let (request, entry) = self.start();
        let request = &request;
        entry
            .and_upsert_with(|entry| {
                request.found(entry.as_ref());
                let value = f(entry);
                async move { request.wrote(value.await) }
            })
            .await
    }

    /// The entry, with the default value if it is absent.
    ///
    /// Counts a request, and a write if the entry was absent.
    pub async fn or_default(self) -> Entry<K, V>
    where
        V: Default,
    {
        let (request, entry) = self.start();
        request.inserted(entry.or_default().await)
    }

    /// The entry, with the value `default` if it is absent.
    ///
    /// Counts a request, and a write if the entry was absent.
    pub async fn or_insert(self, default: V) -> Entry<K, V> {
        let (request, entry) = self.start();
        request.inserted(entry.or_insert(default).await)
    }

    /// The entry, loaded by `init` if it is absent.
    ///
    /// Counts a request; and, if this call loads a value, a load and a write.
    pub async fn or_insert_with(self, init: impl Future<Output = V>) -> Entry<K, V> {
        let (request, entry) = self.ask();
        let entry = entry.or_insert_with(request.load(init, Loaded::value)).await;
        request.answered(true);
        entry
    }

    /// The entry, loaded by `init` if it is absent or to be replaced.
    ///
    /// Counts a request, which is a miss for an entry to be replaced; and, if this call loads a value, a
    /// load and a write.
    pub async fn or_insert_with_if(
        self,
        init: impl Future<Output = V>,
        mut replace_if: impl FnMut(&V) -> bool + Send,
    ) -> Entry<K, V> {
        let (request, entry) = self.ask();
        let init = pin!(request.load(init, Loaded::value));
        let replace_if = |value: &V| request.refused_if(replace_if(value));
        let entry = entry.or_insert_with_if(init, replace_if).await;
        request.answered(true);
        entry
    }

    /// The entry, loaded by `init` if it is absent, or nothing if `init` has nothing.
    ///
    /// Counts a request; and, if this call loads a value, a load and a write.
    pub async fn or_optionally_insert_with(
        self,
        init: impl Future<Output = Option<V>>,
    ) -> Option<Entry<K, V>> {
        let (request, entry) = self.ask();
        let init = pin!(request.load(init, Loaded::option));
        let entry = entry.or_optionally_insert_with(init).await;
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
    pub async fn or_try_insert_with<F, E>(self, init: F) -> Result<Entry<K, V>, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        let (request, entry) = self.ask();
        let init = pin!(request.load(init, Loaded::result));
        let entry = entry.or_try_insert_with(init).await;
        request.answered(entry.is_ok());
        entry
    }

    /// For what may wait for another's load.
    fn ask(self) -> (Request<'a>, OwnedKeyEntrySelector<'a, K, V, S>) {
        let moka = self.cache.inner();
        let request = Request::ask(self.cache.cache(), || moka.contains_key(&self.key));
        (request, moka.entry(self.key))
    }

    /// For what is told whether there is an entry.
    fn start(self) -> (Request<'a>, OwnedKeyEntrySelector<'a, K, V, S>) {
        let request = Request::start(self.cache.cache());
        (request, self.cache.inner().entry(self.key))
    }
}

impl<K: fmt::Debug, V, S> fmt::Debug for MeasuredOwnedKeyEntrySelector<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MeasuredOwnedKeyEntrySelector").field(&self.key).finish()
    }
}
