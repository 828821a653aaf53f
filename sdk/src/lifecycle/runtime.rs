//! The tokio runtime in which an instrument was made.

use tokio::runtime::Handle;

/// The tokio runtime in which an instrument was made, if it was made in one.
pub(crate) struct Runtime(Option<Handle>);

impl Runtime {
    /// That of this thread.
    pub(crate) fn current() -> Self {
        Self(Handle::try_current().ok())
    }

    /// Does `work` as if on a thread of the runtime: `Handle::current()` is its handle there.
    ///
    /// One that was shut down stays what `Handle::current()` gives; a task that is spawned on it is cancelled.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.0.as_ref().map(Handle::enter);
        work()
    }
}
