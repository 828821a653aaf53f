//! What only grows in a runtime.

use std::time::Duration;

use kymo_core::MetricSpec;
use tokio::runtime::RuntimeMetrics;

#[cfg(target_has_atomic = "64")]
use crate::metrics;

/// A metric, and how to read it.
pub(crate) struct Counter {
    pub(crate) spec: &'static MetricSpec,
    read: fn(&RuntimeMetrics) -> u64,
}

/// Whether this build of tokio tells how long its workers were busy.
pub(crate) const HAS_BUSY_TIME: bool = cfg!(target_has_atomic = "64");

/// Every counter that this build of tokio tells, beside the busy time.
pub(crate) const COUNTERS: &[Counter] = &[
    #[cfg(target_has_atomic = "64")]
    Counter {
        spec: &metrics::PARKS,
        read: |told| over_workers(told, RuntimeMetrics::worker_park_count),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter {
        spec: &metrics::POLLS,
        read: |told| over_workers(told, RuntimeMetrics::worker_poll_count),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter {
        spec: &metrics::STEALS,
        read: |told| over_workers(told, RuntimeMetrics::worker_steal_count),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter {
        spec: &metrics::OVERFLOWS,
        read: |told| over_workers(told, RuntimeMetrics::worker_overflow_count),
    },
    // Without the task that watches for the end.
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter {
        spec: &metrics::SPAWNED_TASKS,
        read: |told| told.spawned_tasks_count().saturating_sub(1),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &metrics::REMOTE_SCHEDULES, read: RuntimeMetrics::remote_schedule_count },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &metrics::FORCED_YIELDS, read: RuntimeMetrics::budget_forced_yield_count },
];

/// What a runtime counted, summed over its workers.
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

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.busy = self.busy.saturating_add(other.busy);
        for (sum, counted) in self.counted.iter_mut().zip(other.counted) {
            *sum = sum.saturating_add(counted);
        }
        self
    }

    /// What the counter at `position` of [`COUNTERS`] counted.
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

#[cfg(target_has_atomic = "64")]
fn over_workers(told: &RuntimeMetrics, read: fn(&RuntimeMetrics, usize) -> u64) -> u64 {
    (0..told.num_workers()).map(|worker| read(told, worker)).sum()
}
