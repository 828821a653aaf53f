//! The methods of a blocking cache that load an absent value.

use std::{
    borrow::ToOwned,
    hash::{BuildHasher, Hash},
    sync::Arc,
};

use moka::Equivalent;

use super::MeasuredCache;
use crate::request::{Loaded, Request};

impl<K, V, S> MeasuredCache<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    /// A clone of the value of `key`, which `init` loads if it is absent; who asks meanwhile waits
    /// for that load.
    ///
    /// Counts a request; and, if this call loads, a load, and a write for a value. Whoever waits is a miss.
    pub fn get_with(&self, key: K, init: impl FnOnce() -> V) -> V {
        match self.find(&key) {
            Ok(value) => value,
            Err(request) => self.inner().get_with(key, || request.load_now(init, Loaded::value)),
        }
    }

    /// As [`MeasuredCache::get_with`], with a key that is cloned only if the value is absent.
    pub fn get_with_by_ref<Q>(&self, key: &Q, init: impl FnOnce() -> V) -> V
    where
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        match self.find(key) {
            Ok(value) => value,
            Err(request) => {
                self.inner().get_with_by_ref(key, || request.load_now(init, Loaded::value))
            }
        }
    }

    /// As [`MeasuredCache::get_with`]; nothing is cached if `init` has nothing.
    pub fn optionally_get_with<F>(&self, key: K, init: F) -> Option<V>
    where
        F: FnOnce() -> Option<V>,
    {
        match self.find(&key) {
            Ok(value) => Some(value),
            Err(request) => {
                self.inner().optionally_get_with(key, || request.load_now(init, Loaded::option))
            }
        }
    }

    /// As [`MeasuredCache::optionally_get_with`], with a key that is cloned only if the value is
    /// absent.
    pub fn optionally_get_with_by_ref<F, Q>(&self, key: &Q, init: F) -> Option<V>
    where
        F: FnOnce() -> Option<V>,
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        match self.find(key) {
            Ok(value) => Some(value),
            Err(request) => self
                .inner()
                .optionally_get_with_by_ref(key, || request.load_now(init, Loaded::option)),
        }
    }

    /// As [`MeasuredCache::get_with`]; nothing is cached if `init` fails.
    ///
    /// # Errors
    ///
    /// That of `init`, which is shared with all who waited for it.
    pub fn try_get_with<F, E>(&self, key: K, init: F) -> Result<V, Arc<E>>
    where
        F: FnOnce() -> Result<V, E>,
        E: Send + Sync + 'static,
    {
        match self.find(&key) {
            Ok(value) => Ok(value),
            Err(request) => {
                self.inner().try_get_with(key, || request.load_now(init, Loaded::result))
            }
        }
    }

    /// As [`MeasuredCache::try_get_with`], with a key that is cloned only if the value is absent.
    ///
    /// # Errors
    ///
    /// That of `init`, which is shared with all who waited for it.
    pub fn try_get_with_by_ref<F, E, Q>(&self, key: &Q, init: F) -> Result<V, Arc<E>>
    where
        F: FnOnce() -> Result<V, E>,
        E: Send + Sync + 'static,
        Q: Equivalent<K> + ToOwned<Owned = K> + Hash + ?Sized,
    {
        match self.find(key) {
            Ok(value) => Ok(value),
            Err(request) => {
                self.inner().try_get_with_by_ref(key, || request.load_now(init, Loaded::result))
            }
        }
    }

    /// A clone of the value of `key`, which is a hit; or a miss, which may load it.
    ///
    /// moka takes `get` for a use of the key, even of one that is absent, and `get_with` for another:
    /// `get` is not called in vain.
    fn find<Q>(&self, key: &Q) -> Result<V, Request<'_>>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let request = Request::start(self.cache());
        if self.inner().contains_key(key)
            && let Some(value) = self.inner().get(key)
        {
            request.answered(true);
            return Ok(value);
        }
        request.missed();
        Err(request)
    }
}
