//! One request of which it is not known at once how it is answered.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, ready},
};

use kymo_cache::{Cache, CacheResult, Load};
use kymo_core::Watched;
use moka::{Entry, ops::compute::Op};
use pin_project_lite::pin_project;

/// Counts one request, whatever happens: an `error`, unless it is answered before it is dropped.
///
/// It is no [`Lookup`](kymo_cache::Lookup), which its answer ends: an initializer that moka runs tells that
/// it was a miss through a shared reference, while the request goes on.
pub(super) struct Request<'c> {
    cache: &'c Cache,
    /// Atomic only so that a future which holds a reference to it can go from thread to thread.
    counted: AtomicBool,
}

/// The result of a load.
pub(super) enum Loaded {
    /// A value, which goes into the cache.
    Value,
    /// That there is none.
    Nothing,
    /// An error.
    Failure,
}

impl Loaded {
    pub(super) fn value<V>(_: &V) -> Self {
        Self::Value
    }

    #[expect(clippy::ref_option, reason = "it is asked of any output by reference")]
    pub(super) fn option<V>(loaded: &Option<V>) -> Self {
        if loaded.is_some() { Self::Value } else { Self::Nothing }
    }

    pub(super) fn result<V, E>(loaded: &Result<V, E>) -> Self {
        if loaded.is_ok() { Self::Value } else { Self::Failure }
    }
}

impl<'c> Request<'c> {
    pub(super) fn start(cache: &'c Cache) -> Self {
        Self { cache, counted: AtomicBool::new(false) }
    }

    /// A request that is a miss already if the cache `has` it not.
    pub(super) fn ask(cache: &'c Cache, has: impl FnOnce() -> bool) -> Self {
        let request = Self::start(cache);
        if !has() {
            request.missed();
        }
        request
    }

    pub(super) fn missed(&self) {
        self.answered(false);
    }

    /// It is answered: what was said first counts.
    pub(super) fn answered(&self, found: bool) {
        if !self.counted.load(Ordering::Relaxed) {
            self.counted.store(true, Ordering::Relaxed);
            self.cache.count(if found { CacheResult::Hit } else { CacheResult::Miss }, 1);
        }
    }

    /// It is answered with `entry`; whether there was one.
    pub(super) fn found<K, V>(&self, entry: Option<&Entry<K, V>>) -> bool {
        self.answered(entry.is_some());
        entry.is_some()
    }

    /// Hands back `op`, what a computation that found an entry `there` does to it, and counts it.
    pub(super) fn computed<V>(&self, op: Op<V>, there: bool) -> Op<V> {
        let changes = match op {
            Op::Nop => false,
            Op::Put(_) => true,
            Op::Remove => there,
        };
        self.cache.count_writes(changes.into());
        op
    }

    /// Hands back `value`, which goes into the cache.
    pub(super) fn wrote<V>(&self, value: V) -> V {
        self.cache.count_writes(1);
        value
    }

    /// Hands back `entry`, which was found, or was put in just now.
    pub(super) fn inserted<K, V>(&self, entry: Entry<K, V>) -> Entry<K, V> {
        self.answered(!entry.is_fresh());
        self.cache.count_writes(entry.is_fresh().into());
        entry
    }

    /// Hands back whether the entry that was found is `refused`: then it is as good as absent.
    pub(super) fn refused_if(&self, refused: bool) -> bool {
        if refused {
            self.missed();
        }
        refused
    }

    /// Times `init`, which makes the request a miss, from its first poll.
    pub(super) fn load<F: Future>(
        &self,
        init: F,
        what: fn(&F::Output) -> Loaded,
    ) -> Loading<'_, 'c, F> {
        Loading { init: Watched::new(init, self.cache.prepare_load()), request: self, what }
    }

    /// As [`Request::load`], for what blocks.
    pub(super) fn load_now<T>(&self, init: impl FnOnce() -> T, what: fn(&T) -> Loaded) -> T {
        self.missed();
        let mut load = self.cache.start_load();
        let loaded = load.run(init);
        self.loaded(&mut load, &what(&loaded));
        loaded
    }

    /// Nothing comes between a load and the write that it is for.
    fn loaded(&self, load: &mut Load, what: &Loaded) {
        load.end(!matches!(what, Loaded::Failure));
        self.cache.count_writes(matches!(what, Loaded::Value).into());
    }
}

pin_project! {
    /// The load of an entry, which makes the request a miss when it is first polled.
    pub(super) struct Loading<'r, 'c, F: Future> {
        #[pin]
        init: Watched<F, Load>,
        request: &'r Request<'c>,
        what: fn(&F::Output) -> Loaded,
    }
}

impl<F: Future> Future for Loading<'_, '_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        this.request.missed();
        let loaded = ready!(this.init.as_mut().poll(context));
        this.request.loaded(this.init.watch_mut(), &(this.what)(&loaded));
        Poll::Ready(loaded)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if !*self.counted.get_mut() {
            self.cache.count(CacheResult::Error, 1);
        }
    }
}
