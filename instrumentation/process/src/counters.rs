//! The numbers of a runtime that only grow.

use std::time::Duration;

use kymo_core::MetricSpec;
use tokio::runtime::RuntimeMetrics;

use crate::metrics::COUNTERS;

/// A metric, and how to read it.
pub(crate) struct Counter {
    pub(crate) spec: &'static MetricSpec,
    pub(crate) read: fn(&RuntimeMetrics) -> u64,
}

/// Whether this build of tokio tells how long its workers were busy.
pub(crate) const HAS_BUSY_TIME: bool = cfg!(target_has_atomic = "64");

/// The counts of a runtime, summed over its workers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) busy: Duration,
    counted: [u64; COUNTERS.len()],
}

impl Totals {
    pub(crate) fn of(told: &RuntimeMetrics) -> Self {
        let mut totals = Self { busy: busy(told), ..Self::default() };
        for (counted, counter) in totals.counted.iter_mut().zip(COUNTERS) {
            *counted = (counter.read)(told);
        }
        totals
    }

    /// The counts of two runtimes together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.busy = self.busy.saturating_add(other.busy);
        for (sum, counted) in self.counted.iter_mut().zip(other.counted) {
            *sum = sum.saturating_add(counted);
        }
        self
    }

    /// The count of the counter at `position` of [`COUNTERS`].
    pub(crate) fn counted(&self, position: usize) -> u64 {
        self.counted.get(position).copied().unwrap_or(0)
    }
}

#[cfg(target_has_atomic = "64")]
fn busy(told: &RuntimeMetrics) -> Duration {
    (0..told.num_workers()).map(|worker| told.worker_total_busy_duration(worker)).sum()
}

#[cfg(not(target_has_atomic = "64"))]
fn busy(_: &RuntimeMetrics) -> Duration {
    Duration::ZERO
}
