//! How telemetry ends.

use std::{any::Any, time::Duration};

use crate::{
    Telemetry,
    error::FlushError,
    exporters::{exporter::Exporter, reader::Readers},
};

/// The exporters and readers that must end before the process does, shared by all clones of a telemetry.
pub(crate) struct Ending {
    exporters: Vec<Box<dyn Exporter>>,
    readers: Readers,
}

impl Ending {
    pub(crate) fn new(exporters: Vec<Box<dyn Exporter>>, readers: Readers) -> Self {
        Self { exporters, readers }
    }

    /// The exporters of one kind, if there are any.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn exporter<E: Exporter>(&self) -> Option<&E> {
        let mut exporters = self.exporters.iter().map(|exporter| -> &dyn Any { &**exporter });
        exporters.find_map(<dyn Any>::downcast_ref)
    }

    /// The telemetry is that of the process: where nobody listens to `tracing`, a push that fails is
    /// told on standard error.
    pub(crate) fn install(&self) {
        self.exporters.iter().for_each(|exporter| exporter.report_to_stderr());
    }

    /// Asks all exporters, and gathers their answers.
    fn ask<T>(&self, ask: impl Fn(&dyn Exporter) -> Vec<T>) -> Vec<T> {
        self.exporters.iter().flat_map(|exporter| ask(&**exporter)).collect()
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
        // All are asked before the first is awaited.
        let mut outcomes = Vec::new();
        for answer in self.ending.ask(|exporter| exporter.flush(timeout)) {
            outcomes.push(answer.await);
        }
        outcomes.push(readers.await.map_err(FlushError::from));
        FlushError::of(outcomes)
    }

    /// As [`Telemetry::flush`], for programs without an async runtime; it blocks the thread for
    /// at most `timeout`.
    ///
    /// # Errors
    ///
    /// As [`Telemetry::flush`].
    pub fn flush_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.flush().begin(timeout);
        let waits = self.ending.ask(|exporter| exporter.begin_flush(timeout));
        let mut outcomes: Vec<_> = waits.into_iter().map(|wait| wait()).collect();
        outcomes.push(readers().map_err(FlushError::from));
        FlushError::of(outcomes)
    }

    /// Ends the telemetry within `timeout`: what was measured is pushed a last time, and pushing
    /// stops. Readers that the application added are shut down.
    ///
    /// Call it after the last request was served. Scrapes are answered until the process ends,
    /// with everything that was measured, so that Prometheus can come for the last numbers.
    ///
    /// A second call does nothing. A provider that the program brought is shut down by the program.
    ///
    /// # Errors
    ///
    /// [`FlushError`] when an exporter failed or ran out of time; the telemetry has ended all
    /// the same.
    pub async fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.shutdown().run(timeout);
        // All are asked before the first is awaited.
        let mut outcomes = Vec::new();
        for answer in self.ending.ask(|exporter| exporter.stop(timeout)) {
            outcomes.push(answer.await);
        }
        outcomes.push(readers.await.map_err(FlushError::from));
        FlushError::of(outcomes)
    }

    /// As [`Telemetry::shutdown`], for programs without an async runtime; it blocks the thread
    /// for at most `timeout`, and works in any runtime.
    ///
    /// # Errors
    ///
    /// As [`Telemetry::shutdown`].
    pub fn shutdown_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let readers = self.ending.readers.shutdown().begin(timeout);
        let waits = self.ending.ask(|exporter| exporter.begin_stop(timeout));
        let mut outcomes: Vec<_> = waits.into_iter().map(|wait| wait()).collect();
        outcomes.push(readers().map_err(FlushError::from));
        FlushError::of(outcomes)
    }
}

impl Drop for Ending {
    /// Asks for a last push, and waits for nothing.
    fn drop(&mut self) {
        self.exporters.iter().for_each(|exporter| exporter.nudge());
    }
}
