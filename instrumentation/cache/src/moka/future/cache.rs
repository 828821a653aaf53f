//! An async cache of moka that is measured.

use std::{
    borrow::ToOwned,
    collections::hash_map::RandomState,
    fmt,
    future::poll_fn,
    hash::{BuildHasher, Hash},
    mem,
    pin::{Pin, pin},
    sync::Arc,
};

use ::moka::{
    Equivalent, Policy, PredicateError,
    future::{Cache as Moka, Iter, PredicateId},
};

use super::{MeasuredOwnedKeyEntrySelector, MeasuredRefKeyEntrySelector};
use crate::{
    Cache,
    lookup::Lookup,
    moka::{
        Measurable,
        request::{Loaded, Request},
    },
};

/// A `moka::future::Cache` that tells of itself; made by [`Cache::moka`].
///
/// Its methods are moka's, with the same results; see the [module](crate::moka) for what each
/// counts. A clone is cheap and the same cache.
pub struct MeasuredCache<K, V, S = RandomState>(Arc<Shared<K, V, S>>);

/// What is held weakly by who observes the number of entries.
struct Shared<K, V, S> {
    moka: Moka<K, V, S>,
    cache: Cache,
}

impl<K, V, S> Measurable for Moka<K, V, S>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: Send + Sync + 'static,
{
    type Measured = MeasuredCache<K, V, S>;

    fn measured(self, cache: &Cache) -> MeasuredCache<K, V, S> {
        let shared = Arc::new(Shared { moka: self, cache: cache.clone() });
        cache.watch_entries(&shared, |shared| shared.moka.entry_count());
        MeasuredCache(shared)
    }
}

impl<K, V, S> MeasuredCache<K, V, S> {
    /// moka's own cache.
    ///
    /// What is done with it goes round all counts, except that of its entries and of evictions. A
    /// clone of it does not keep `kymo.cache.entry.count` alive.
    pub fn inner(&self) -> &Moka<K, V, S> {
        &self.0.moka
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// The name that moka was given, which is not that of the logical cache.
    pub fn name(&self) -> Option<&str> {
        self.inner().name()
    }

    /// A copy of what moka was told to keep.
    pub fn policy(&self) -> Policy {
        self.inner().policy()
    }

    /// How many entries there are: an estimate, until pending tasks have run.
    pub fn entry_count(&self) -> u64 {
        self.inner().entry_count()
    }

    /// The weight of all entries: an estimate, until pending tasks have run.
    pub fn weighted_size(&self) -> u64 {
        self.inner().weighted_size()
    }
}

impl<K, V, S> MeasuredCache<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    /// Whether there is an entry for `key`: a request, which moka takes for no use of the entry.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        let found = self.inner().contains_key(key);
        request.answered(found);
        found
    }

    /// A clone of the value of `key`.
    pub async fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let lookup = Lookup::start(self.cache());
        let found = self.inner().get(key).await;
        lookup.answer(found)
    }

    /// The entry of `key`, to be read, made or changed.
    pub fn entry(&self, key: K) -> MeasuredOwnedKeyEntrySelector<'_, K, V, S> {
        MeasuredOwnedKeyEntrySelector::new(key, self)
    }

    /// As [`MeasuredCache::entry`], with a key that is cloned only if it is needed.
    pub fn entry_by_ref<'a, Q>(&'a self, key: &'a Q) -> MeasuredRefKeyEntrySelector<'a, K, Q, V, S>
    where
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        MeasuredRefKeyEntrySelector::new(key, self)
    }

    /// A clone of the value of `key`, which `init` loads if it is absent; who asks meanwhile waits
    /// for that load.
    pub async fn get_with(&self, key: K, init: impl Future<Output = V>) -> V {
        match self.find(&key).await {
            Ok(value) => value,
            Err(request) => {
                let init = pin!(init);
                let init = pin!(request.load(init, Loaded::value));
                self.inner().get_with(key, init).await
            }
        }
    }

    /// As [`MeasuredCache::get_with`], with a key that is cloned only if the value is absent.
    pub async fn get_with_by_ref<Q>(&self, key: &Q, init: impl Future<Output = V>) -> V
    where
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        let init = pin!(init);
        let init = pin!(request.load(init, Loaded::value));
        let asked = pin!(self.inner().get_with_by_ref(key, init));
        let value = self.watch(&request, key, asked).await;
        request.answered(true);
        value
    }

    /// As [`MeasuredCache::get_with`]; nothing is cached if `init` has nothing.
    pub async fn optionally_get_with<F>(&self, key: K, init: F) -> Option<V>
    where
        F: Future<Output = Option<V>>,
    {
        match self.find(&key).await {
            Ok(value) => Some(value),
            Err(request) => {
                let init = pin!(init);
                let init = pin!(request.load(init, Loaded::option));
                self.inner().optionally_get_with(key, init).await
            }
        }
    }

    /// As [`MeasuredCache::optionally_get_with`], with a key that is cloned only if the value is
    /// absent.
    pub async fn optionally_get_with_by_ref<F, Q>(&self, key: &Q, init: F) -> Option<V>
    where
        F: Future<Output = Option<V>>,
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        let init = pin!(init);
        let init = pin!(request.load(init, Loaded::option));
        let asked = pin!(self.inner().optionally_get_with_by_ref(key, init));
        let value = self.watch(&request, key, asked).await;
        request.answered(value.is_some());
        value
    }

    /// As [`MeasuredCache::get_with`]; nothing is cached if `init` fails.
    ///
    /// # Errors
    ///
    /// That of `init`, which is shared with all who waited for it.
    pub async fn try_get_with<F, E>(&self, key: K, init: F) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        match self.find(&key).await {
            Ok(value) => Ok(value),
            Err(request) => {
                let init = pin!(init);
                let init = pin!(request.load(init, Loaded::result));
                self.inner().try_get_with(key, init).await
            }
        }
    }

    /// As [`MeasuredCache::try_get_with`], with a key that is cloned only if the value is absent.
    ///
    /// # Errors
    ///
    /// That of `init`, which is shared with all who waited for it.
    pub async fn try_get_with_by_ref<F, E, Q>(&self, key: &Q, init: F) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        let init = pin!(init);
        let init = pin!(request.load(init, Loaded::result));
        let asked = pin!(self.inner().try_get_with_by_ref(key, init));
        let value = self.watch(&request, key, asked).await;
        request.answered(value.is_ok());
        value
    }

    /// Puts `value` in, in place of what was there.
    pub async fn insert(&self, key: K, value: V) {
        // moka puts it in before it first waits.
        self.cache().count_writes(1);
        self.inner().insert(key, value).await;
    }

    /// Takes out the entry of `key`.
    ///
    /// It is moka's `remove`, which tells whether there was one, and clones its value.
    pub async fn invalidate<Q>(&self, key: &Q)
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.remove(key).await;
    }

    /// Takes out the entry of `key`, and hands back a clone of its value.
    pub async fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let removed = self.inner().remove(key).await;
        self.cache().count_writes(removed.is_some().into());
        removed
    }

    /// Takes out all entries; they are not counted.
    pub fn invalidate_all(&self) {
        self.inner().invalidate_all();
    }

    /// Takes out the entries for which `predicate` holds, in time; they are not counted.
    ///
    /// # Errors
    ///
    /// moka's own, if the cache was not built with `support_invalidation_closures()`.
    pub fn invalidate_entries_if<F>(&self, predicate: F) -> Result<PredicateId, PredicateError>
    where
        F: Fn(&K, &V) -> bool + Send + Sync + 'static,
    {
        self.inner().invalidate_entries_if(predicate)
    }

    /// All entries, in any order; none of them is a request.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.inner().iter()
    }

    /// Has moka do what it puts off: evict, and count its entries.
    pub async fn run_pending_tasks(&self) {
        self.inner().run_pending_tasks().await;
    }

    /// A clone of the value of `key`, which is a hit; or a miss, which may load it.
    ///
    /// moka takes `get` for a use of the key, even of one that is absent, and `get_with` for another:
    /// `get` is not called in vain.
    async fn find<Q>(&self, key: &Q) -> Result<V, Request<'_>>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        if self.inner().contains_key(key)
            && let Some(value) = self.inner().get(key).await
        {
            request.answered(true);
            return Ok(value);
        }
        request.missed();
        Err(request)
    }

    /// Waits until `asked` of `key` is answered. A hit does not keep it waiting, unless moka has other
    /// things to do; else it waits for another's load, and is a miss.
    async fn watch<Q, T>(
        &self,
        request: &Request<'_>,
        key: &Q,
        mut asked: Pin<&mut impl Future<Output = T>>,
    ) -> T
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let mut waits = false;
        poll_fn(|context| {
            let poll = asked.as_mut().poll(context);
            if poll.is_pending()
                && !mem::replace(&mut waits, true)
                && !self.inner().contains_key(key)
            {
                request.missed();
            }
            poll
        })
        .await
    }
}

impl<K, V, S> Clone for MeasuredCache<K, V, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The entries, as moka shows them.
impl<K, V, S> fmt::Debug for MeasuredCache<K, V, S>
where
    Moka<K, V, S>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner().fmt(f)
    }
}

impl<'a, K, V, S> IntoIterator for &'a MeasuredCache<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    type Item = (Arc<K>, V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
