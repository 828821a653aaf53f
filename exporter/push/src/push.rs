//! The handle of a push.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use kymo_core::Exemplars;
use opentelemetry::metrics::MeterProvider;
use tokio::sync::oneshot;

use crate::{
    Error, FlushError, PushReader, Schedule, TemporalityPreference,
    clock::{Clock, FLUSHES, STOPS},
    export::Export,
    mailbox::{self, Mailbox, Reply},
    observer::Observer,
    source::Source,
    thread,
};

/// A push of everything a meter provider measures, from a thread of its own.
///
/// The thread is named `kymo-push`. It keeps the time, and exports at every interval: nothing runs on
/// the application's runtime, whose kind does not matter, nor whether there is one. Connections live
/// on a second thread, `kymo-push-wire`, and collections run on a third, for neither a receiver that
/// never stops sending nor a callback that does not return may stop the clock of those who wait. A
/// destination that is dead, slow, hangs or floods costs nothing but these threads, and a failed export
/// leaves nothing in memory: the next interval collects anew.
///
/// Clones are the same push. When the last of them and of its [readers](Push::reader) is dropped,
/// the thread exports once more and ends, and nobody waits for it; [`Push::stop`] waits. A child
/// that a `fork` makes has no such thread, and pushes nothing: a flush there returns at once, and says
/// that the push was stopped.
#[derive(Clone)]
pub struct Push(Arc<Handle>);

/// The parts that all handles share; the last handle that is dropped orders the end.
pub(crate) struct Handle {
    pub(crate) source: Arc<Source>,
    pub(crate) schedule: Schedule,
    pub(crate) temporality: TemporalityPreference,
    mailbox: Arc<Mailbox>,
    observer: Arc<Observer>,
    to_stderr: Arc<AtomicBool>,
    sends_exemplars: bool,
}

impl Push {
    /// Starts to push to `destination` over OTLP.
    ///
    /// No connection is made before the first export: the destination may come up later.
    ///
    /// # Errors
    ///
    /// A value of `destination` cannot be used, or the thread cannot be started.
    pub fn otlp(destination: &crate::Destination, schedule: Schedule) -> Result<Self, Error> {
        let temporality = destination.temporality;
        match destination.protocol {
            crate::Protocol::HttpProtobuf => {
                Self::start(crate::http::HttpExporter::new(destination)?, schedule, temporality)
            }
            crate::Protocol::Grpc => crate::grpc::start(destination, schedule),
        }
    }

    /// Starts to print to standard output what would be pushed, cumulative, for people to read.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub fn console(schedule: Schedule) -> Result<Self, Error> {
        let exporter = crate::console::ConsoleExporter::new();
        Self::start(exporter, schedule, TemporalityPreference::Cumulative)
    }

    /// Starts the thread that exports by `exporter`.
    pub(crate) fn start(
        exporter: impl Export,
        schedule: Schedule,
        temporality: TemporalityPreference,
    ) -> Result<Self, Error> {
        let observer = Arc::new(Observer::new(exporter.component()));
        let handle = Handle {
            source: Arc::default(),
            schedule,
            temporality,
            mailbox: Arc::default(),
            observer,
            to_stderr: Arc::default(),
            sends_exemplars: exporter.sends_exemplars(),
        };
        thread::spawn(
            exporter,
            schedule,
            Arc::clone(&handle.source),
            Arc::clone(&handle.mailbox),
            Arc::clone(&handle.observer),
            Arc::clone(&handle.to_stderr),
        )?;
        Ok(Self(Arc::new(handle)))
    }

    /// The reader that collects for this push, to be given to one meter provider.
    pub fn reader(&self) -> PushReader {
        PushReader(Arc::clone(&self.0))
    }

    /// Lets every reading of the provider happen inside `around`, for whoever has to prepare something: it
    /// gets the time until which it may wait, if there is one, and what reads, which it calls once; or not at
    /// all where it cannot be read, as in a callback. Only the first call has an effect.
    pub fn read_within(
        &self,
        around: impl Fn(Option<Instant>, &mut dyn FnMut()) + Send + Sync + 'static,
    ) {
        self.0.source.read_within(Box::new(around));
    }

    /// Whether it can send exemplars: the console prints none.
    pub fn shows_exemplars(&self) -> bool {
        self.0.sends_exemplars
    }

    /// Sends `exemplars` with the series that they belong to, over OTLP; only the first call has an effect.
    ///
    /// Each goes with the pushes until one of them arrives, and of a delta with its own push alone.
    pub fn show_exemplars(&self, exemplars: Exemplars) {
        self.0.source.take_exemplars(exemplars);
    }

    /// Measures the exports themselves with instruments of `meters`, usually the provider that got
    /// the reader; see [`metrics`](crate::metrics). Only the first call has an effect.
    pub fn measure(&self, meters: &dyn MeterProvider) {
        self.0.observer.attach(meters);
    }

    /// Collects and exports now, and waits for it no longer than `timeout`.
    ///
    /// An export under way is awaited first, since it may lack the latest measurements.
    ///
    /// # Errors
    ///
    /// The export failed or was partly refused, took longer than `timeout`, or the push was stopped
    /// before.
    pub fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        self.0.flush(timeout)
    }

    /// As [`Push::flush`], for which it asks at once; what it returns waits for the rest of `timeout`.
    ///
    /// So several pushes are flushed at the same time.
    pub fn begin_flush(
        &self,
        timeout: Duration,
    ) -> impl FnOnce() -> Result<(), FlushError> + use<> {
        let (reply, wait) = blocking(timeout);
        self.0.mailbox.flush(timeout, reply);
        wait
    }

    /// As [`Push::flush`], without blocking, on any executor: it needs no tokio.
    ///
    /// It asks at once, not when first polled, and dropping it takes nothing back.
    ///
    /// # Errors
    ///
    /// As of [`Push::flush`].
    pub fn flush_async(
        &self,
        timeout: Duration,
    ) -> impl Future<Output = Result<(), FlushError>> + Send + 'static + use<> {
        let (reply, answer) = polled(timeout, FLUSHES);
        self.0.mailbox.flush(timeout, reply);
        answer
    }

    /// Exports one last time, ends the thread, and waits for it no longer than `timeout`.
    ///
    /// An export under way gets half of the time and is cancelled then, so that the last one, which
    /// has all there is, gets the rest. A push that was stopped before is no error.
    ///
    /// # Errors
    ///
    /// The last export failed or was partly refused, or took longer than `timeout`. The thread ends
    /// all the same.
    pub fn stop(&self, timeout: Duration) -> Result<(), FlushError> {
        self.begin_stop(timeout)()
    }

    /// As [`Push::stop`], which it orders at once; what it returns waits for the rest of `timeout`.
    ///
    /// So several pushes stop at the same time.
    pub fn begin_stop(&self, timeout: Duration) -> impl FnOnce() -> Result<(), FlushError> + use<> {
        let (reply, wait) = blocking(timeout);
        self.0.mailbox.end(timeout, reply);
        self.0.order_stop(timeout);
        wait
    }

    /// As [`Push::stop`], without blocking, on any executor: it needs no tokio.
    ///
    /// It orders the stop at once, not when first polled, and dropping it takes nothing back.
    ///
    /// # Errors
    ///
    /// As of [`Push::stop`].
    pub fn stop_async(
        &self,
        timeout: Duration,
    ) -> impl Future<Output = Result<(), FlushError>> + Send + 'static + use<> {
        let (reply, answer) = polled(timeout, STOPS);
        self.0.mailbox.end(timeout, reply);
        self.0.order_stop(timeout);
        answer
    }

    /// Lets the first export that fails be told on standard error, if no subscriber of `tracing` was set
    /// by then: for programs without a log.
    pub fn report_to_stderr(&self) {
        self.0.to_stderr.store(true, Ordering::Relaxed);
    }

    /// Asks for an export soon; never blocks.
    pub fn nudge(&self) {
        self.0.mailbox.nudge();
    }
}

impl Handle {
    pub(crate) fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let (reply, wait) = blocking(timeout);
        self.mailbox.flush(timeout, reply);
        wait()
    }

    /// Orders a last export of all there is by now, even if the provider goes away meanwhile.
    pub(crate) fn order_stop(&self, timeout: Duration) {
        let pipeline = self.source.pipeline().as_ref().and_then(Weak::upgrade);
        self.mailbox.stop(timeout, pipeline);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.order_stop(self.schedule.timeout);
    }
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push").field("schedule", &self.0.schedule).finish_non_exhaustive()
    }
}

/// The way of an answer: its sender, and the function that waits for it, until `timeout` from now.
fn blocking(timeout: Duration) -> (Reply, impl FnOnce() -> Result<(), FlushError> + use<>) {
    let (sender, answer) = mpsc::sync_channel(1);
    let deadline = mailbox::later(timeout);
    let rest = move || deadline.saturating_duration_since(Instant::now());
    let wait = move || match answer.recv_timeout(rest()) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(FlushError::Timeout { timeout }),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(FlushError::Stopped),
    };
    (Box::new(move |outcome| drop(sender.try_send(outcome))), wait)
}

/// The way of an answer: its sender, and the future that waits for it, until `timeout` from now.
///
/// The clock is a thread that waits for it, since there may be no other clock: the executor need not
/// be tokio's, and the thread of the push may be in the hands of a subscriber of `tracing`. There are a
/// few such threads at most, however many wait.
fn polled(
    timeout: Duration,
    clocks: usize,
) -> (Reply, impl Future<Output = Result<(), FlushError>> + Send + 'static) {
    let (reply, wait) = blocking(timeout);
    let (told, mut answer) = oneshot::channel();
    let mut reply: Reply = Box::new(reply);
    if !Clock::start(clocks, move || drop(told.send(wait()))) {
        // Without a thread to spare, the push answers when its own time-out is over.
        let (told, late) = oneshot::channel();
        reply = Box::new(move |outcome| drop(told.send(outcome)));
        answer = late;
    }
    (reply, async { answer.await.unwrap_or(Err(FlushError::Stopped)) })
}
