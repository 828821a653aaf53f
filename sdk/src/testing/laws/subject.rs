//! What the laws are about.

use std::future::Future;

use crate::{MetricSpec, Telemetry};

/// An instrumentation, and one operation of the thing it measures.
pub trait Subject: Sized + Send + Sync {
    /// The metric that counts operations, by its OpenTelemetry name: a histogram, or a counter.
    const OPERATIONS: &'static str;
    /// The up-down counters of what is in flight, by their OpenTelemetry names; each
    /// operation is counted in one of them at least. Empty if there are none.
    const IN_FLIGHT: &'static [&'static str];
    /// How many series of [`Self::OPERATIONS`] any input whatever may make.
    const SERIES: usize;
    /// How many inputs of their own law 5 sends. Less than this is for a thing that is slow.
    const STRANGERS: u32 = 100_000;

    /// Every metric that may appear.
    ///
    /// Those of kymo are in [`declared_metrics`](crate::declared_metrics).
    fn declared() -> Vec<MetricSpec>;

    /// The thing, measured by `telemetry`, or bare.
    fn new(telemetry: Option<&Telemetry>) -> Self;

    /// One operation that succeeds.
    fn succeed(&self) -> impl Future<Output = ()> + Send;
    /// One operation that fails.
    fn fail(&self) -> impl Future<Output = ()> + Send;
    /// One operation that is dropped while it is under way.
    fn cancel(&self) -> impl Future<Output = ()> + Send;
    /// One operation on an input that is unlike that of any other `n`.
    fn stranger(&self, n: u32) -> impl Future<Output = ()> + Send;
    /// Everything a caller can see of a success and of a failure.
    fn transcript(&self) -> impl Future<Output = Vec<String>> + Send;
}
