//! What goes up and down in a runtime.

use kymo_core::MetricSpec;
use tokio::runtime::RuntimeMetrics;

use crate::metrics;

/// A metric, and how to read it.
pub(crate) struct Level {
    pub(crate) spec: &'static MetricSpec,
    pub(crate) read: fn(&RuntimeMetrics) -> usize,
}

/// Every level that this build of tokio tells.
pub(crate) const LEVELS: &[Level] = &[
    Level { spec: &metrics::WORKERS, read: RuntimeMetrics::num_workers },
    // Without the task that watches for the end.
    Level { spec: &metrics::ALIVE_TASKS, read: |told| told.num_alive_tasks().saturating_sub(1) },
    Level { spec: &metrics::GLOBAL_QUEUE_DEPTH, read: RuntimeMetrics::global_queue_depth },
    #[cfg(tokio_unstable)]
    Level {
        spec: &metrics::LOCAL_QUEUE_DEPTH,
        read: |told| (0..told.num_workers()).map(|n| told.worker_local_queue_depth(n)).sum(),
    },
    #[cfg(tokio_unstable)]
    Level { spec: &metrics::BLOCKING_THREADS, read: RuntimeMetrics::num_blocking_threads },
    #[cfg(tokio_unstable)]
    Level {
        spec: &metrics::BLOCKING_IDLE_THREADS,
        read: RuntimeMetrics::num_idle_blocking_threads,
    },
    #[cfg(tokio_unstable)]
    Level { spec: &metrics::BLOCKING_QUEUE_DEPTH, read: RuntimeMetrics::blocking_queue_depth },
];
