//! A pool that may be gone, and how it is asked.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use opentelemetry::StringValue;

use crate::pool_state::PoolState;

/// Tells the state of a pool.
pub(crate) trait Ask: Send + Sync {
    /// Absent once the pool is gone.
    fn ask(&self) -> Option<Result<PoolState, Unknown>>;

    fn is_gone(&self) -> bool;
}

/// The program's own code panicked.
pub(crate) struct Unknown;

/// A pool, held weakly, and what tells its state.
pub(crate) struct Watched<P, F> {
    name: StringValue,
    pool: Weak<P>,
    state: F,
    has_panicked: AtomicBool,
}

impl<P, F> Watched<P, F> {
    pub(crate) fn new(name: StringValue, pool: Weak<P>, state: F) -> Self {
        Self { name, pool, state, has_panicked: AtomicBool::new(false) }
    }
}

impl<P: Send + Sync + 'static, F: Fn(&P) -> PoolState + Send + Sync> Ask for Watched<P, F> {
    fn ask(&self) -> Option<Result<PoolState, Unknown>> {
        let pool = self.pool.upgrade()?;
        let asked = catch_unwind(AssertUnwindSafe(|| (self.state)(&pool)));
        let_go(pool);
        Some(asked.map_err(|_| self.report()))
    }

    fn is_gone(&self) -> bool {
        self.pool.strong_count() == 0
    }
}

/// Lets go of `pool`, which the program may have dropped meanwhile: what the program's own drop does then, and how
/// long it takes, is no part of a collection.
fn let_go<P: Send + Sync + 'static>(pool: Arc<P>) {
    if let Some(last) = Arc::into_inner(pool) {
        let dropping = thread::Builder::new().name("kymo-pool".to_owned());
        // Without a thread it is dropped here.
        let _ = catch_unwind(AssertUnwindSafe(|| dropping.spawn(move || drop(last))));
    }
}

impl<P, F> Watched<P, F> {
    /// Says once that the levels of the pool are missing.
    fn report(&self) -> Unknown {
        if !self.has_panicked.swap(true, Ordering::Relaxed) {
            let name = self.name.as_str();
            tracing::warn!(
                "the levels of the pool {name:?} are missing: it panics when it is asked"
            );
        }
        Unknown
    }
}
