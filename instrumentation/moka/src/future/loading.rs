//! The methods of an async cache that load an absent value.

use std::{
    borrow::ToOwned,
    future::poll_fn,
    hash::{BuildHasher, Hash},
    mem,
    pin::{Pin, pin},
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
    pub async fn get_with(&self, key: K, init: impl Future<Output = V>) -> V {
        match self.find(&key).await {
            Ok(value) => value,
            Err(request) => {
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
        let init = pin!(request.load(init, Loaded::result));
        let asked = pin!(self.inner().try_get_with_by_ref(key, init));
        let value = self.watch(&request, key, asked).await;
        request.answered(value.is_ok());
        value
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
