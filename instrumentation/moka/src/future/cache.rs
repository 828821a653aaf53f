//! An async cache of moka that is measured.

use std::{
    borrow::ToOwned,
    collections::hash_map::RandomState,
    fmt,
    hash::{BuildHasher, Hash},
    sync::{Arc, Weak},
};

use kymo_cache::{Cache, Finished, Job};
use moka::{
    Equivalent, Policy, PredicateError,
    future::{Cache as Moka, Iter, PredicateId},
};
use tokio::runtime::Handle;

use super::{MeasuredOwnedKeyEntrySelector, MeasuredRefKeyEntrySelector};
use crate::{Measurable, request::Request};

/// A `moka::future::Cache` that tells of itself; made by [`MeasureMoka::moka`](crate::MeasureMoka::moka).
///
/// Its methods are moka's, with the same results; see the [crate](crate) for what each
/// counts. A clone is cheap and the same cache.
pub struct MeasuredCache<K, V, S = RandomState>(Arc<Shared<K, V, S>>);

/// The cache and its name, which the observer of the number of entries holds weakly.
struct Shared<K, V, S> {
    moka: Moka<K, V, S>,
    cache: Cache,
}

impl<K, V, S> Measurable for Moka<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    type Measured = MeasuredCache<K, V, S>;

    fn measured(self, cache: &Cache) -> MeasuredCache<K, V, S> {
        let shared = Arc::new(Shared { moka: self, cache: cache.clone() });
        match Handle::try_current() {
            Ok(runtime) => {
                let upkeep = move |cache, finished| upkeep(&runtime, cache, finished);
                cache.watch_kept_entries(&shared, Box::new(upkeep), |shared| {
                    shared.moka.entry_count()
                });
            }
            Err(_outside) => cache.watch_entries(&shared, |shared| shared.moka.entry_count()),
        }
        MeasuredCache(shared)
    }
}

/// Lets go of the entries that expired and nobody asked for since, where the program would do it: a
/// listener may need its runtime.
fn upkeep<K, V, S>(
    runtime: &Handle,
    cache: Weak<Shared<K, V, S>>,
    finished: Finished,
) -> Option<Job>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    runtime.spawn(async move {
        let _finished = finished;
        if let Some(shared) = cache.upgrade() {
            shared.moka.run_pending_tasks().await;
        }
    });
    None
}

impl<K, V, S> MeasuredCache<K, V, S> {
    /// moka's own cache.
    ///
    /// Calls of it are not counted, except that its entries and evictions are. A
    /// clone of it does not keep `kymo.cache.entries` alive.
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
    ///
    /// Counts a request; one that is dropped before its answer is an `error`.
    pub async fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let lookup = self.cache().start_lookup();
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

    /// Puts `value` in, in place of what was there.
    ///
    /// Counts a write with the first poll: moka puts the value in before it first waits.
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
    ///
    /// Counts a write, if there was an entry.
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

    /// Lets moka do the work that it puts off: evict, and count its entries.
    pub async fn run_pending_tasks(&self) {
        self.inner().run_pending_tasks().await;
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
