//! The process, by the names that Prometheus client libraries have always used.
//!
//! The names are those of "Standard and runtime collectors" in Prometheus' guide to writing client
//! libraries, before an exporter adds `_total`. What can be absent is an up-down counter, which a
//! Prometheus server sees as a gauge.

use kymo_core::{MetricKind, MetricSpec};

/// [`CPU_TIME`](super::CPU_TIME), user and system together.
pub const CLASSIC_CPU_SECONDS: MetricSpec = MetricSpec {
    name: "process_cpu_seconds",
    kind: MetricKind::Counter,
    unit: "s",
    description: "Total user and system CPU time spent in seconds.",
    attributes: &[],
};

/// [`FILE_DESCRIPTOR_COUNT`](super::FILE_DESCRIPTOR_COUNT).
pub const CLASSIC_OPEN_FDS: MetricSpec = MetricSpec {
    name: "process_open_fds",
    kind: MetricKind::UpDownCounter,
    unit: "{file_descriptor}",
    description: "Number of open file descriptors.",
    attributes: &[],
};

/// How many file descriptors the process may have open; absent if unlimited.
pub const CLASSIC_MAX_FDS: MetricSpec = MetricSpec {
    name: "process_max_fds",
    kind: MetricKind::UpDownCounter,
    unit: "{file_descriptor}",
    description: "Maximum number of open file descriptors.",
    attributes: &[],
};

/// [`MEMORY_VIRTUAL`](super::MEMORY_VIRTUAL).
pub const CLASSIC_VIRTUAL_MEMORY: MetricSpec = MetricSpec {
    name: "process_virtual_memory_bytes",
    kind: MetricKind::UpDownCounter,
    unit: "By",
    description: "Virtual memory size in bytes.",
    attributes: &[],
};

/// How much address space the process may have; absent if unlimited, as it mostly is.
pub const CLASSIC_VIRTUAL_MEMORY_MAX: MetricSpec = MetricSpec {
    name: "process_virtual_memory_max_bytes",
    kind: MetricKind::UpDownCounter,
    unit: "By",
    description: "Maximum amount of virtual memory available in bytes.",
    attributes: &[],
};

/// [`MEMORY_USAGE`](super::MEMORY_USAGE).
pub const CLASSIC_RESIDENT_MEMORY: MetricSpec = MetricSpec {
    name: "process_resident_memory_bytes",
    kind: MetricKind::UpDownCounter,
    unit: "By",
    description: "Resident memory size in bytes.",
    attributes: &[],
};

/// When the process started, by the wall clock as it was when the metrics were registered.
pub const CLASSIC_START_TIME: MetricSpec = MetricSpec {
    name: "process_start_time_seconds",
    kind: MetricKind::Gauge,
    unit: "s",
    description: "Start time of the process since unix epoch in seconds.",
    attributes: &[],
};

/// [`THREAD_COUNT`](super::THREAD_COUNT).
pub const CLASSIC_THREADS: MetricSpec = MetricSpec {
    name: "process_threads",
    kind: MetricKind::UpDownCounter,
    unit: "{thread}",
    description: "Number of OS threads in the process.",
    attributes: &[],
};
