//! A run of a callback.

use std::{any::Any, sync::OnceLock};

/// A callback as whoever runs it sees it.
pub(super) trait Callable: Send + Sync {
    /// Runs it, and gives what it observes. It does not unwind.
    fn run(&self) -> Observed;

    /// It has not returned in time, for the first time in a row or not.
    fn miss(&self);
}

/// The observations of a callback.
pub(super) type Observed = Box<dyn Any + Send + Sync>;

/// A run of a callback, shared by all readings that asked for it before it began: those have it, and nobody
/// else, so that nobody waits for it when it is gone.
#[derive(Default)]
pub(super) struct Run(OnceLock<Observed>);

impl Run {
    /// It has ended; gives back what was observed if it had before.
    pub(super) fn end(&self, observed: Observed) -> Result<(), Observed> {
        self.0.set(observed)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.0.get().is_some()
    }

    /// The observations of the callback, if it has ended and they are of `T`.
    pub(super) fn observed<T: 'static>(&self) -> Option<&T> {
        self.0.get()?.downcast_ref()
    }
}
