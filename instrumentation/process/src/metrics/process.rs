//! The process, by the semantic conventions of [process metrics], which give their names, units and
//! attributes.
//!
//! [process metrics]: https://opentelemetry.io/docs/specs/semconv/system/process-metrics/

use kymo_core::{MetricKind, MetricSpec};

use crate::{key, registrar::Registrar};

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

/// Every metric of this part.
pub(super) const ALL: &[MetricSpec] = &[
    CPU_TIME,
    MEMORY_USAGE,
    MEMORY_VIRTUAL,
    DISK_IO,
    THREAD_COUNT,
    FILE_DESCRIPTOR_COUNT,
    CONTEXT_SWITCHES,
    PAGING_FAULTS,
    UPTIME,
];

/// Observes each of them in the readings of `registrar`.
pub(crate) fn observe_process(registrar: &mut Registrar<'_>) {
    registrar.real_counter(&CPU_TIME, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.user, &[key::CPU_MODE.of("user")]);
            to.observe(usage.system, &[key::CPU_MODE.of("system")]);
        }
    });
    registrar.up_down_counter(&MEMORY_USAGE, |reading| reading.resident_memory);
    registrar.up_down_counter(&MEMORY_VIRTUAL, |reading| reading.virtual_memory);
    registrar.counter(&DISK_IO, |reading, to| {
        if let Some(disk) = reading.disk {
            to.observe(disk.read, &[key::DISK_IO_DIRECTION.of("read")]);
            to.observe(disk.written, &[key::DISK_IO_DIRECTION.of("write")]);
        }
    });
    registrar.up_down_counter(&THREAD_COUNT, |reading| reading.threads);
    registrar.up_down_counter(&FILE_DESCRIPTOR_COUNT, |reading| reading.file_descriptors);
    registrar.counter(&CONTEXT_SWITCHES, |reading, to| {
        if let Some(usage) = reading.usage {
            let kind = key::CONTEXT_SWITCH_TYPE;
            to.observe(usage.voluntary_switches, &[kind.of("voluntary")]);
            to.observe(usage.involuntary_switches, &[kind.of("involuntary")]);
        }
    });
    registrar.counter(&PAGING_FAULTS, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.major_faults, &[key::PAGING_FAULT_TYPE.of("major")]);
            to.observe(usage.minor_faults, &[key::PAGING_FAULT_TYPE.of("minor")]);
        }
    });
    registrar.gauge(&UPTIME, |reading| reading.uptime);
}
