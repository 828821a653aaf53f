//! The process, by the semantic conventions.

use kymo_core::{MetricKind, MetricSpec};

use crate::key;

/// Seconds that all threads of the process ran, those that have ended included.
pub const CPU_TIME: MetricSpec = MetricSpec::new(
    "process.cpu.time",
    MetricKind::Counter,
    "s",
    "Time the process ran on a processor.",
)
.with_attributes(&[key::CPU_MODE])
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Bytes of the process that are in physical memory.
pub const MEMORY_USAGE: MetricSpec = MetricSpec::new(
    "process.memory.usage",
    MetricKind::UpDownCounter,
    "By",
    "Physical memory in use by the process.",
)
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Bytes of address space, whether they are in memory or not.
pub const MEMORY_VIRTUAL: MetricSpec = MetricSpec::new(
    "process.memory.virtual",
    MetricKind::UpDownCounter,
    "By",
    "Address space reserved by the process.",
)
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Bytes that storage had to fetch for the process, and that it made storage write; what the page
/// cache answered is not among them.
pub const DISK_IO: MetricSpec = MetricSpec::new(
    "process.disk.io",
    MetricKind::Counter,
    "By",
    "Bytes the process had read from and written to disks.",
)
.with_attributes(&[key::DISK_IO_DIRECTION])
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Threads of the process, the first one included.
pub const THREAD_COUNT: MetricSpec = MetricSpec::new(
    "process.thread.count",
    MetricKind::UpDownCounter,
    "{thread}",
    "Threads of the process.",
)
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Files, sockets, pipes and the like that the process has open.
pub const FILE_DESCRIPTOR_COUNT: MetricSpec = MetricSpec::new(
    "process.unix.file_descriptor.count",
    MetricKind::UpDownCounter,
    "{file_descriptor}",
    "File descriptors the process has open.",
)
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// How often a thread of the process left a processor, those that have ended included.
pub const CONTEXT_SWITCHES: MetricSpec = MetricSpec::new(
    "process.context_switches",
    MetricKind::Counter,
    "{context_switch}",
    "Times that a thread of the process left a processor.",
)
.with_attributes(&[key::CONTEXT_SWITCH_TYPE])
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// How often a page had to be brought in before the process could go on.
pub const PAGING_FAULTS: MetricSpec = MetricSpec::new(
    "process.paging.faults",
    MetricKind::Counter,
    "{fault}",
    "Pages the process touched that were not mapped.",
)
.with_attributes(&[key::PAGING_FAULT_TYPE])
.recorded("Asked of the kernel at each collection, after `.process()`.");

/// Seconds since the process started, the time that the machine slept included.
pub const UPTIME: MetricSpec =
    MetricSpec::new("process.uptime", MetricKind::Gauge, "s", "Time since the process started.")
        .recorded("Asked of the kernel at each collection, after `.process()`.");
