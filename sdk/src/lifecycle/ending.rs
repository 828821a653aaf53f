//! How telemetry ends.

use std::time::Duration;

use crate::{
    Telemetry,
    error::FlushError,
    exporters::{push::Push, reader::Readers},
};

/// What must happen before the process ends, shared by all clones of a telemetry.
pub(crate) struct Ending {
    push: Push,
    readers: Readers,
}

impl Ending {
    pub(crate) fn new(push: Push, readers: Readers) -> Self {
        Self { push, readers }
    }

    /// The telemetry is that of the process: where nobody listens to `tracing`, a push that fails is
    /// told on standard error.
    pub(crate) fn install(&self) {
        self.push.report_to_stderr();
    }
}

impl Telemetry {
    /// Pushes what there is, within `timeout`, and goes on.
    ///
    /// Prometheus needs no flush: it pulls. Readers that the application added are flushed too.
    ///
    /// # Errors
    ///
    /// [`FlushError`] when a push failed or ran out of time; the next one carries what this
    /// one could not, unless it carries deltas.
    pub async fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.flush().run(timeout);
        let pushed = self.ending.push.flush(timeout).await;
        FlushError::of([pushed, readers.await.map_err(FlushError::from)])
    }

    /// As [`Telemetry::flush`], for programs without an async runtime; it blocks the thread for
    /// at most `timeout`.
    ///
    /// # Errors
    ///
    /// As [`Telemetry::flush`].
    pub fn flush_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.flush().begin(timeout);
        let pushed = self.ending.push.flush_blocking(timeout);
        FlushError::of([pushed, readers().map_err(FlushError::from)])
    }

    /// Ends the telemetry within `timeout`: what was measured is pushed a last time, and pushing
    /// stops. Readers that the application added are shut down.
    ///
    /// Call it after the last request was served. Scrapes are answered until the process ends,
    /// with everything that was measured, so that Prometheus can come for the last numbers.
    ///
    /// A second call does nothing. If the provider was injected, whoever made it shuts it down.
    ///
    /// # Errors
    ///
    /// [`FlushError`] when an exporter failed or ran out of time; the telemetry has ended all
    /// the same.
    pub async fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.shutdown().run(timeout);
        let pushed = self.ending.push.stop(timeout).await;
        FlushError::of([pushed, readers.await.map_err(FlushError::from)])
    }

    /// As [`Telemetry::shutdown`], for programs without an async runtime; it blocks the thread
    /// for at most `timeout`, and works in any runtime.
    ///
    /// # Errors
    ///
    /// As [`Telemetry::shutdown`].
    pub fn shutdown_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.shutdown().begin(timeout);
        let pushed = self.ending.push.stop_blocking(timeout);
        FlushError::of([pushed, readers().map_err(FlushError::from)])
    }
}

impl Drop for Ending {
    /// Asks for a last push, and waits for nothing.
    fn drop(&mut self) {
        self.push.nudge();
    }
}
