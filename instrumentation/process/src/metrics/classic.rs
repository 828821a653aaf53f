//! The process, by the names that Prometheus client libraries have always used.
//!
//! The names are those of [Standard and runtime collectors] in Prometheus' guide to writing client
//! libraries, before an exporter adds `_total`. What can be absent is an up-down counter, which a
//! Prometheus server sees as a gauge.
//!
//! [Standard and runtime collectors]: https://prometheus.io/docs/instrumenting/writing_clientlibs/#standard-and-runtime-collectors

use kymo_core::{MetricKind, MetricSpec};

use crate::{registrar::Registrar, start};

/// [`CPU_TIME`](super::CPU_TIME), user and system together.
pub const CLASSIC_CPU_SECONDS: MetricSpec = MetricSpec::new(
    "process_cpu_seconds",
    MetricKind::Counter,
    "s",
    "Total user and system CPU time spent in seconds.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// [`FILE_DESCRIPTOR_COUNT`](super::FILE_DESCRIPTOR_COUNT).
pub const CLASSIC_OPEN_FDS: MetricSpec = MetricSpec::new(
    "process_open_fds",
    MetricKind::UpDownCounter,
    "{file_descriptor}",
    "Number of open file descriptors.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// How many file descriptors the process may have open; absent if unlimited.
pub const CLASSIC_MAX_FDS: MetricSpec = MetricSpec::new(
    "process_max_fds",
    MetricKind::UpDownCounter,
    "{file_descriptor}",
    "Maximum number of open file descriptors.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// [`MEMORY_VIRTUAL`](super::MEMORY_VIRTUAL).
pub const CLASSIC_VIRTUAL_MEMORY: MetricSpec = MetricSpec::new(
    "process_virtual_memory_bytes",
    MetricKind::UpDownCounter,
    "By",
    "Virtual memory size in bytes.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// How much address space the process may have; absent if unlimited, as it mostly is.
pub const CLASSIC_VIRTUAL_MEMORY_MAX: MetricSpec = MetricSpec::new(
    "process_virtual_memory_max_bytes",
    MetricKind::UpDownCounter,
    "By",
    "Maximum amount of virtual memory available in bytes.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// [`MEMORY_USAGE`](super::MEMORY_USAGE).
pub const CLASSIC_RESIDENT_MEMORY: MetricSpec = MetricSpec::new(
    "process_resident_memory_bytes",
    MetricKind::UpDownCounter,
    "By",
    "Resident memory size in bytes.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// When the process started, by the wall clock as it was when the metrics were registered.
pub const CLASSIC_START_TIME: MetricSpec = MetricSpec::new(
    "process_start_time_seconds",
    MetricKind::Gauge,
    "s",
    "Start time of the process since unix epoch in seconds.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// [`THREAD_COUNT`](super::THREAD_COUNT).
pub const CLASSIC_THREADS: MetricSpec = MetricSpec::new(
    "process_threads",
    MetricKind::UpDownCounter,
    "{thread}",
    "Number of OS threads in the process.",
)
.recorded("Asked of the kernel at each collection, after `.process_classic_names()`.");

/// Every metric of this part.
pub(super) const ALL: &[MetricSpec] = &[
    CLASSIC_CPU_SECONDS,
    CLASSIC_OPEN_FDS,
    CLASSIC_MAX_FDS,
    CLASSIC_VIRTUAL_MEMORY,
    CLASSIC_VIRTUAL_MEMORY_MAX,
    CLASSIC_RESIDENT_MEMORY,
    CLASSIC_START_TIME,
    CLASSIC_THREADS,
];

/// Observes each of them in the readings of `registrar`.
pub(crate) fn observe_classic(registrar: &mut Registrar<'_>) {
    registrar.real_counter(&CLASSIC_CPU_SECONDS, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.user + usage.system, &[]);
        }
    });
    registrar.up_down_counter(&CLASSIC_OPEN_FDS, |reading| reading.file_descriptors);
    registrar.up_down_counter(&CLASSIC_MAX_FDS, |reading| reading.limits.open_files);
    registrar.up_down_counter(&CLASSIC_VIRTUAL_MEMORY, |reading| reading.virtual_memory);
    registrar.up_down_counter(&CLASSIC_VIRTUAL_MEMORY_MAX, |reading| reading.limits.address_space);
    registrar.up_down_counter(&CLASSIC_RESIDENT_MEMORY, |reading| reading.resident_memory);
    registrar.up_down_counter(&CLASSIC_THREADS, |reading| reading.threads);
    // Fixed now: a wall clock that is set later must not make the process look restarted.
    if let Some(start) = start::since_epoch() {
        registrar.gauge(&CLASSIC_START_TIME, move |_| Some(start));
    }
}
