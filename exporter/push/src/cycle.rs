//! One collection and its export, at every interval.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, TryLockError},
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use opentelemetry::Context;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use tokio::{task, time};

use crate::{
    export::{Export, Receipt},
    exporting::Exporting,
    failure::{Failure, Kind},
    mailbox,
    observer::Observer,
    overflow::Overflows,
    points::points,
    retry,
    source::Source,
};

/// One collection and its export, as often as asked for.
pub(crate) struct Cycle<E> {
    pub(crate) exporter: E,
    pub(crate) source: Arc<Source>,
    pub(crate) observer: Arc<Observer>,
    /// Held while a collection runs, which nothing can cancel: a second one is not begun, but for
    /// the last one, which waits.
    pub(crate) collecting: Mutex<Overflows>,
}

/// A collection that is ready to be sent.
struct Batch {
    bytes: Bytes,
    exporting: Exporting,
    /// When the collection began.
    collected: SystemTime,
}

impl<E: Export> Cycle<E> {
    /// Collects and exports until `deadline`, and gives the warning of the receiver, or nothing; after the
    /// `last` export there is no other.
    pub(crate) async fn run(
        self: Arc<Self>,
        deadline: Instant,
        last: bool,
    ) -> Result<String, Failure> {
        let cycle = Arc::clone(&self);
        // Not on this thread: a callback that never returns must not stop its clock.
        let collection = task::spawn_blocking(move || cycle.collect(half(deadline), last));
        let Ok(collected) = time::timeout_at(deadline.into(), collection).await else {
            return Err(Failure::new(Kind::Timeout, "the collection took too long"));
        };
        let collected =
            collected.map_err(|_| Failure::new(Kind::Panic, "the collection panicked"))?;
        let Some(Batch { bytes, mut exporting, collected }) = collected? else {
            return Ok(String::new());
        };

        let deadline = deadline.min(mailbox::later(self.exporter.timeout()));
        let delivery = retry::deliver(&self.exporter, bytes, deadline);
        let answer = exporting.watch(delivery).await;
        finish(exporting, &answer);
        let receipt = answer?;
        if receipt.rejected > 0 {
            return Err(Failure::rejected(&receipt));
        }
        if let Some(escort) = self.source.escort() {
            escort.arrive(collected);
        }
        Ok(receipt.message)
    }

    /// Collects by `deadline`, and prepares what was collected, if there is anything.
    fn collect(&self, deadline: Instant, last: bool) -> Result<Option<Batch>, Failure> {
        let mut overflows = match self.collecting.try_lock() {
            Ok(collecting) => collecting,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) if last => {
                self.collecting.lock().unwrap_or_else(PoisonError::into_inner)
            }
            Err(TryLockError::WouldBlock) => {
                let reason = "a callback of an observable instrument does not return";
                return Err(Failure::new(Kind::Timeout, reason));
            }
        };
        let _suppressed = Context::enter_telemetry_suppressed_scope();

        if !self.source.lives() {
            return Ok(None);
        }
        let mut metrics = ResourceMetrics::default();
        let (started, began) = (Instant::now(), SystemTime::now());
        let collected =
            catch_unwind(AssertUnwindSafe(|| self.source.collect(Some(deadline), &mut metrics)))
                .map_err(|_| {
                    Failure::new(Kind::Panic, "a callback of an observable instrument panicked")
                })
                .and_then(|collected| {
                    collected.map_err(|error| Failure::new(Kind::Collection, error.to_string()))
                });
        self.observer.collected(started.elapsed(), collected.as_ref().err().map(|it| &it.kind));
        collected?;
        overflows.look(&metrics);

        let points = points(&metrics);
        if points == 0 {
            return Ok(None);
        }
        let mut exporting = self.observer.exporting(points);
        let escort = self.source.escort();
        match exporting.run(|| self.exporter.prepare(&metrics, escort)) {
            Ok(bytes) => Ok(Some(Batch { bytes, exporting, collected: began })),
            Err(failure) => {
                finish(exporting, &Err(failure.clone()));
                Err(failure)
            }
        }
    }
}

/// Records that the export is over with `answer`.
fn finish(mut exporting: Exporting, answer: &Result<Receipt, Failure>) {
    let outcome = exporting.record_mut().answered(answer);
    exporting.finish(outcome);
}

/// When half of the time until `deadline` is over: the rest is for sending.
fn half(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / 2
}
