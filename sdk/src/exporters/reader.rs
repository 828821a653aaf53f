//! Readers of the application's own.

mod errand;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    metrics::{
        InstrumentKind, MeterProviderBuilder, Pipeline, Temporality, data::ResourceMetrics,
        reader::MetricReader,
    },
};

use self::errand::Errand;

/// The readers that were given to a builder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readers(Vec<Attached>);

impl Readers {
    pub(crate) fn add(&mut self, reader: impl MetricReader) {
        self.0.push(Attached {
            reader: Arc::new(reader),
            pipeline: Arc::default(),
            flushing: Arc::default(),
            ended: Arc::default(),
        });
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets all of them read from `provider`.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        self.0.iter().cloned().fold(provider, MeterProviderBuilder::with_reader)
    }

    /// Lets all of them export what there is, one after the other; those that are still at it for
    /// an earlier flush are not asked again.
    pub(crate) fn flush(&self) -> Errand {
        self.errand(|reader, _| {
            if reader.flushing.swap(true, Ordering::AcqRel) {
                let problem = "a reader of the application does not return from a flush";
                return Err(OTelSdkError::InternalFailure(problem.to_owned()));
            }
            let flushed = guarded(|| reader.force_flush());
            reader.flushing.store(false, Ordering::Release);
            flushed
        })
    }

    /// Ends all of them, one after the other, each with what is left of the time.
    pub(crate) fn shutdown(&self) -> Errand {
        self.errand(|reader, timeout| guarded(|| reader.end(timeout)))
    }

    fn errand(
        &self,
        act: impl Fn(&Attached, Duration) -> OTelSdkResult + Send + 'static,
    ) -> Errand {
        if self.0.is_empty() {
            return Errand::none();
        }
        let readers = self.0.clone();
        Errand::new(move |timeout| {
            let begun = Instant::now();
            let left = || timeout.saturating_sub(begun.elapsed());
            let results: Vec<_> = readers.iter().map(|reader| act(reader, left())).collect();
            results.into_iter().collect()
        })
    }
}

/// A panic of one reader takes nothing from the others.
fn guarded(act: impl FnOnce() -> OTelSdkResult) -> OTelSdkResult {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        // It may panic again when it is dropped.
        std::mem::forget(panic);
        Err(OTelSdkError::InternalFailure("a reader of the application panicked".to_owned()))
    })
}

/// A reader of whatever type: the provider asks for a type it knows.
#[derive(Debug, Clone)]
struct Attached {
    reader: Arc<dyn MetricReader>,
    pipeline: Arc<Mutex<Option<Weak<Pipeline>>>>,
    flushing: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Attached {
    /// Ends it, the first time.
    fn end(&self, timeout: Duration) -> OTelSdkResult {
        if self.ended.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        self.reader.shutdown_with_timeout(timeout)
    }
}

impl MetricReader for Attached {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        *self.pipeline.lock().unwrap_or_else(PoisonError::into_inner) = Some(pipeline.clone());
        self.reader.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.reader.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.reader.force_flush()
    }

    /// Called when the provider is dropped, which must wait for nobody: the reader ends on a thread
    /// of its own, and what it has yet to read lives until then.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        if self.ended.load(Ordering::Acquire) {
            return Ok(());
        }
        let pipeline = self.pipeline.lock().unwrap_or_else(PoisonError::into_inner);
        let pipeline = pipeline.as_ref().and_then(Weak::upgrade);
        let reader = self.clone();
        errand::spawn(move || {
            drop(reader.end(timeout));
            drop(pipeline);
        })
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.reader.temporality(kind)
    }
}
