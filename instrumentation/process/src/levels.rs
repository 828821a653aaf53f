//! The numbers of a runtime that go up and down.

use kymo_core::MetricSpec;
use tokio::runtime::RuntimeMetrics;

/// A metric, and how to read it.
pub(crate) struct Level {
    pub(crate) spec: &'static MetricSpec,
    pub(crate) read: fn(&RuntimeMetrics) -> usize,
}
