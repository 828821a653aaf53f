//! The reader behind every snapshot.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, Temporality, data::ResourceMetrics,
        reader::MetricReader,
    },
};

use crate::Snapshot;

/// An OpenTelemetry reader that collects when a test asks for a [`Snapshot`], and at no other time.
///
/// Clones are the same reader. [`TestTelemetry`](crate::TestMeters) has one; give one to
/// a meter provider of your own to make assertions on instrumentation that has nothing to do with
/// kymo:
///
/// ```
/// use kymo_testing::SnapshotReader;
/// use opentelemetry::metrics::MeterProvider;
/// use opentelemetry_sdk::metrics::SdkMeterProvider;
///
/// let reader = SnapshotReader::new();
/// let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
/// provider.meter("third-party").u64_counter("calls").build().add(1, &[]);
/// reader.snapshot().counter("calls").assert(1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct SnapshotReader(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reader: ManualReader,
    /// The last snapshot, taken when the provider was shut down: nobody can ask it after that.
    last: Mutex<Option<Snapshot>>,
}

impl SnapshotReader {
    /// A reader that is to be given to one provider.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that was recorded until now, or until the provider was shut down.
    ///
    /// # Panics
    ///
    /// When no provider has this reader, or that provider is gone.
    #[track_caller]
    pub fn snapshot(&self) -> Snapshot {
        if let Some(last) = &*self.0.last.lock().unwrap_or_else(PoisonError::into_inner) {
            return last.clone();
        }
        match self.collected() {
            Ok(snapshot) => snapshot,
            Err(error) => panic!(
                "there is no provider to read from: give this reader to one, with `with_reader`, \
                 and keep the provider ({error})"
            ),
        }
    }

    fn collected(&self) -> Result<Snapshot, opentelemetry_sdk::error::OTelSdkError> {
        let mut metrics = ResourceMetrics::default();
        self.0.reader.collect(&mut metrics)?;
        Ok(Snapshot::from(&metrics))
    }
}

impl MetricReader for SnapshotReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.reader.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.reader.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.reader.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        if let Ok(snapshot) = self.collected() {
            *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        }
        self.0.reader.shutdown_with_timeout(timeout)
    }

    /// Always cumulative: a snapshot says everything since the start.
    fn temporality(&self, _kind: InstrumentKind) -> Temporality {
        Temporality::Cumulative
    }
}
