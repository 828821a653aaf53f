//! The reader that a meter provider gets.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    metrics::{InstrumentKind, Pipeline, Temporality, data::ResourceMetrics, reader::MetricReader},
};

use crate::{FlushError, push::Handle};

/// The end of a push that goes into a meter provider, with `with_reader`.
///
/// Give it to one provider only. Clones are the same reader: a second provider would measure
/// nothing.
#[derive(Clone)]
pub struct PushReader(pub(crate) Arc<Handle>);

impl MetricReader for PushReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.source.register(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.source.collect(None, metrics)
    }

    /// Waits for one export, no longer than the schedule lets it take.
    fn force_flush(&self) -> OTelSdkResult {
        self.0.flush(self.0.schedule.timeout).map_err(|error| match error {
            FlushError::Timeout { timeout } => OTelSdkError::Timeout(timeout),
            FlushError::Stopped => OTelSdkError::AlreadyShutdown,
            failed @ FlushError::Failed { .. } => OTelSdkError::InternalFailure(failed.to_string()),
        })
    }

    /// Orders a last export within `timeout` and does not wait for it: a provider that is dropped
    /// calls this, wherever it may be dropped. [`Push::stop`](crate::Push::stop) waits.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.order_stop(timeout);
        Ok(())
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality.of(kind)
    }
}

impl fmt::Debug for PushReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushReader")
    }
}
