//! A pool that may be gone, and how it is asked.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Weak,
        atomic::{AtomicBool, Ordering},
    },
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

impl<P: Send + Sync, F: Fn(&P) -> PoolState + Send + Sync> Ask for Watched<P, F> {
    fn ask(&self) -> Option<Result<PoolState, Unknown>> {
        // Whoever drops the last of a pool runs the program's own code too.
        let asked = catch_unwind(AssertUnwindSafe(|| Some((self.state)(&*self.pool.upgrade()?))));
        asked.map_err(|_| self.report()).transpose()
    }

    fn is_gone(&self) -> bool {
        self.pool.strong_count() == 0
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
