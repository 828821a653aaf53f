//! The source of the metrics.

use std::{
    sync::{Mutex, OnceLock, PoisonError, Weak},
    time::Instant,
};

use kymo_core::Exemplars;
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    metrics::{ManualReader, Pipeline, data::ResourceMetrics, reader::MetricReader},
};

use crate::escort::Escort;

/// The source of the metrics: one pipeline of a provider, once it is known.
#[derive(Default)]
pub(crate) struct Source {
    pipeline: Mutex<Option<Weak<Pipeline>>>,
    /// Wraps each reading.
    around: OnceLock<Around>,
    escort: OnceLock<Escort>,
}

/// Gets the time until which a reading may wait, and what reads.
type Around = Box<dyn Fn(Option<Instant>, &mut dyn FnMut()) + Send + Sync>;

impl Source {
    /// Collects from `pipeline` from now on, unless there was one already.
    pub(crate) fn register(&self, pipeline: Weak<Pipeline>) {
        self.pipeline.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(pipeline);
    }

    /// The pipeline, while its provider lives or somebody keeps it.
    pub(crate) fn pipeline(&self) -> Option<Weak<Pipeline>> {
        self.pipeline.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is anything to collect from.
    pub(crate) fn lives(&self) -> bool {
        self.pipeline().is_some_and(|pipeline| pipeline.strong_count() > 0)
    }

    /// Lets every reading happen inside `around`, unless they happen inside another already.
    pub(crate) fn read_within(&self, around: Around) {
        let _ = self.around.set(around);
    }

    /// Lets `exemplars` go with the metrics, unless others do already.
    pub(crate) fn take_exemplars(&self, exemplars: Exemplars) {
        let _ = self.escort.set(Escort::new(exemplars));
    }

    /// The exemplars that go with the metrics, if any do.
    pub(crate) fn escort(&self) -> Option<&Escort> {
        self.escort.get()
    }

    /// Collects what there is by `deadline`, which calls every observable instrument.
    ///
    /// # Errors
    ///
    /// There is no provider, or not any more; or a callback panicked in an earlier collection, after
    /// which the SDK never collects again.
    pub(crate) fn collect(
        &self,
        deadline: Option<Instant>,
        metrics: &mut ResourceMetrics,
    ) -> OTelSdkResult {
        let pipeline = self.pipeline().ok_or_else(|| {
            OTelSdkError::InternalFailure("the reader was given to no meter provider".into())
        })?;
        // Only readers of the SDK may ask a pipeline; a fresh one, so that a panic poisons no lock
        // of a later collection.
        let reader = ManualReader::builder().build();
        reader.register_pipeline(pipeline);
        let Some(around) = self.around.get() else { return reader.collect(metrics) };
        let mut collected = None;
        around(deadline, &mut || collected = Some(reader.collect(metrics)));
        collected.unwrap_or_else(|| {
            let reason = "a callback of an observable instrument cannot collect";
            Err(OTelSdkError::InternalFailure(reason.into()))
        })
    }
}
