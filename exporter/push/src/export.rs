use std::{
    future::Future,
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry_sdk::metrics::data::ResourceMetrics;

use crate::{
    component::Component,
    failure::{Failure, Status},
};

/// Where collected metrics go.
pub(crate) trait Export: Send + Sync + 'static {
    /// What the metrics of the push are described by.
    fn component(&self) -> Component;

    /// Where that is, for an operator.
    fn target(&self) -> &str;

    /// What is sent of `metrics`; may take its time.
    fn prepare(&self, metrics: &ResourceMetrics) -> Result<Bytes, Failure>;

    /// How long all attempts may take together.
    fn timeout(&self) -> Duration;

    /// Sends it, once, and gives up at `deadline`.
    fn send(
        &self,
        batch: Bytes,
        deadline: Instant,
    ) -> impl Future<Output = Result<Receipt, Failure>> + Send;
}

/// The other side has it, or most of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receipt {
    pub(crate) status: Option<Status>,
    /// Data points that were refused.
    pub(crate) rejected: u64,
    /// What the other side has to say.
    pub(crate) message: String,
}
