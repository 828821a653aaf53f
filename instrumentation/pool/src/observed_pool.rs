//! A pool whose levels are observed.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::pool_name::PoolName;

/// A pool whose levels are observed for as long as somebody has this; made by
/// [`PoolMetrics::pool`](crate::PoolMetrics::pool).
///
/// It derefs to the pool, and clones are the same. Keep it beside the pool, or instead of it: with its
/// last clone the levels vanish, the name is free again, and nothing of the pool is kept. Nobody else
/// holds the pool on its account. One that is gone before it was asked once says so in the log.
#[must_use = "the pool is observed for as long as this is kept"]
pub struct ObservedPool<P>(Arc<Shared<P>>);

/// A pool and its name.
pub(crate) struct Shared<P> {
    pool: P,
    text: String,
    was_asked: AtomicBool,
    /// Free again when nobody has the pool any more.
    _name: Arc<PoolName>,
}

impl<P> ObservedPool<P> {
    pub(crate) fn new(text: &str, name: Arc<PoolName>, pool: P) -> Self {
        let was_asked = AtomicBool::new(false);
        Self(Arc::new(Shared { pool, text: text.to_owned(), was_asked, _name: name }))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<P>> {
        &self.0
    }

    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.0.text
    }
}

impl<P> Shared<P> {
    pub(crate) fn pool(&self) -> &P {
        &self.pool
    }

    /// A collection asks for its levels.
    pub(crate) fn was_asked(&self) {
        self.was_asked.store(true, Ordering::Relaxed);
    }
}

impl<P> Drop for Shared<P> {
    fn drop(&mut self) {
        if !*self.was_asked.get_mut() {
            let name = &self.text;
            tracing::warn!(
                "the pool {name:?} is observed no more, and nobody has read its levels: keep what \
                 `telemetry.pool({name:?}, …)` returns for as long as the pool"
            );
        }
    }
}

impl<P> Deref for ObservedPool<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.0.pool
    }
}

impl<P> Clone for ObservedPool<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for ObservedPool<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObservedPool").field(&self.0.text).finish()
    }
}
