//! An exporter, and the receipts of its receiver.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry_sdk::metrics::data::ResourceMetrics;

use crate::{
    component::Component,
    escort::Escort,
    failure::{Failure, Status},
};

/// An exporter: it encodes collected metrics, and sends them.
pub(crate) trait Export: Send + Sync + 'static {
    /// The attributes of the metrics of the push itself.
    fn component(&self) -> Component;

    /// Whether it sends exemplars.
    fn sends_exemplars(&self) -> bool {
        true
    }

    /// The receiver, as an operator knows it.
    fn target(&self) -> &str;

    /// Encodes `metrics` as they are sent, with exemplars of the `escort` if any are kept; may take its time.
    fn prepare(&self, metrics: &ResourceMetrics, escort: Option<&Escort>)
    -> Result<Bytes, Failure>;

    /// How long all tries may take together.
    fn timeout(&self) -> Duration;

    /// Sends it, once, and gives up at `deadline`.
    fn send(
        &self,
        batch: Bytes,
        deadline: Instant,
    ) -> impl Future<Output = Result<Receipt, Failure>> + Send;
}

/// The receipt of a receiver that has the export, or most of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receipt {
    pub(crate) status: Option<Status>,
    /// Data points that were refused.
    pub(crate) rejected: u64,
    /// A warning of the receiver, or nothing.
    pub(crate) message: String,
}
