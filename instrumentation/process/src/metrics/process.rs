//! The process, by the semantic conventions.

use kymo_core::{MetricKind, MetricSpec, key};

/// Seconds that all threads of the process ran, those that have ended included.
pub const CPU_TIME: MetricSpec = MetricSpec {
    name: "process.cpu.time",
    kind: MetricKind::Counter,
    unit: "s",
    description: "Time the process ran on a processor.",
    attributes: &[key::CPU_MODE],
};

/// Bytes of the process that are in physical memory.
pub const MEMORY_USAGE: MetricSpec = MetricSpec {
    name: "process.memory.usage",
    kind: MetricKind::UpDownCounter,
    unit: "By",
    description: "Physical memory in use by the process.",
    attributes: &[],
};

/// Bytes of address space, whether they are in memory or not.
pub const MEMORY_VIRTUAL: MetricSpec = MetricSpec {
    name: "process.memory.virtual",
    kind: MetricKind::UpDownCounter,
    unit: "By",
    description: "Address space reserved by the process.",
    attributes: &[],
};

/// Bytes that storage had to fetch for the process, and that it made storage write; what the page
/// cache answered is not among them.
pub const DISK_IO: MetricSpec = MetricSpec {
    name: "process.disk.io",
    kind: MetricKind::Counter,
    unit: "By",
    description: "Bytes the process had read from and written to disks.",
    attributes: &[key::DISK_IO_DIRECTION],
};

/// Threads of the process, the first one included.
pub const THREAD_COUNT: MetricSpec = MetricSpec {
    name: "process.thread.count",
    kind: MetricKind::UpDownCounter,
    unit: "{thread}",
    description: "Threads of the process.",
    attributes: &[],
};

/// Files, sockets, pipes and the like that the process has open.
pub const FILE_DESCRIPTOR_COUNT: MetricSpec = MetricSpec {
    name: "process.unix.file_descriptor.count",
    kind: MetricKind::UpDownCounter,
    unit: "{file_descriptor}",
    description: "File descriptors the process has open.",
    attributes: &[],
};

/// How often a thread of the process left a processor, those that have ended included.
pub const CONTEXT_SWITCHES: MetricSpec = MetricSpec {
    name: "process.context_switches",
    kind: MetricKind::Counter,
    unit: "{context_switch}",
    description: "Times that a thread of the process left a processor.",
    attributes: &[key::CONTEXT_SWITCH_TYPE],
};

/// How often a page had to be brought in before the process could go on.
pub const PAGING_FAULTS: MetricSpec = MetricSpec {
    name: "process.paging.faults",
    kind: MetricKind::Counter,
    unit: "{fault}",
    description: "Pages the process touched that were not mapped.",
    attributes: &[key::PAGING_FAULT_TYPE],
};

/// Seconds since the process started, the time that the machine slept included.
pub const UPTIME: MetricSpec = MetricSpec {
    name: "process.uptime",
    kind: MetricKind::Gauge,
    unit: "s",
    description: "Time since the process started.",
    attributes: &[],
};
