//! Sections of the process and its runtimes.

use crate::section::{Column, Feed, Kept, Metric, Rows, Section, To, Unit, Value};

const CPU: usize = 0;
const MEMORY: usize = 1;
const FILES: usize = 2;
const THREADS: usize = 3;
const UPTIME: usize = 4;
const FAULTS: usize = 5;
const DISK: usize = 6;

/// The process.
pub(crate) const PROCESS: Section = Section {
    id: "process",
    title: "Process",
    feature: "process",
    key: &[],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(Metric::counter("process.cpu.time", "s"), To::Slot(CPU)),
        Feed::new(Metric::gauge("process.memory.usage", "By"), To::Slot(MEMORY)),
        Feed::new(
            Metric::gauge("process.unix.file_descriptor.count", "{file_descriptor}"),
            To::Slot(FILES),
        ),
        Feed::new(Metric::gauge("process.thread.count", "{thread}"), To::Slot(THREADS)),
        Feed::new(Metric::gauge("process.uptime", "s"), To::Slot(UPTIME)),
        Feed::new(Metric::counter("process.paging.faults", "{fault}"), To::Slot(FAULTS)),
        Feed::new(Metric::counter("process.disk.io", "By"), To::Slot(DISK)),
    ],
    columns: &[
        Column::new("cpu", "processors", Unit::Number, Value::Rate(&[CPU])).kept(Kept::Rows),
        Column::new("memory", "memory", Unit::Bytes, Value::Latest(MEMORY)).kept(Kept::Rows),
        Column::new("threads", "threads", Unit::Number, Value::Latest(THREADS)).kept(Kept::Rows),
        Column::new("files", "open files", Unit::Number, Value::Latest(FILES)).kept(Kept::Rows),
        Column::new("faults", "page faults", Unit::PerSecond, Value::Rate(&[FAULTS])),
        Column::new("disk", "disk a second", Unit::Bytes, Value::Rate(&[DISK])),
        Column::new("uptime", "up", Unit::Seconds, Value::Latest(UPTIME)),
    ],
    spared: &[],
    order: 0,
};

const WORKERS: usize = 0;
const BUSY: usize = 1;
const TASKS: usize = 2;
const QUEUE: usize = 3;
const POLLS: usize = 4;
const BLOCKING: usize = 5;
const BLOCKING_QUEUE: usize = 6;

/// The tokio runtimes of the process.
pub(crate) const RUNTIMES: Section = Section {
    id: "runtimes",
    title: "Tokio runtimes",
    feature: "process",
    key: &[("kymo.runtime.name", "runtime")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(Metric::gauge("kymo.tokio.workers", "{worker}"), To::Slot(WORKERS)),
        Feed::new(Metric::counter("kymo.tokio.worker.busy_time", "s"), To::Slot(BUSY)),
        Feed::new(Metric::gauge("kymo.tokio.alive_tasks", "{task}"), To::Slot(TASKS)),
        Feed::new(Metric::gauge("kymo.tokio.global_queue.depth", "{task}"), To::Slot(QUEUE)),
        Feed::new(Metric::counter("kymo.tokio.worker.polls", "{poll}"), To::Slot(POLLS)),
        Feed::new(Metric::gauge("kymo.tokio.blocking.threads", "{thread}"), To::Slot(BLOCKING)),
        Feed::new(
            Metric::gauge("kymo.tokio.blocking.queue.depth", "{task}"),
            To::Slot(BLOCKING_QUEUE),
        ),
    ],
    columns: &[
        Column::new("busy", "busy", Unit::Share, Value::RatePer(BUSY, WORKERS)).kept(Kept::Rows),
        Column::new("workers", "workers", Unit::Number, Value::Latest(WORKERS)),
        Column::new("tasks", "tasks", Unit::Number, Value::Latest(TASKS)).kept(Kept::Rows),
        Column::new("queue", "queued", Unit::Number, Value::Latest(QUEUE)).kept(Kept::Rows),
        Column::new("polls", "polls", Unit::PerSecond, Value::Rate(&[POLLS])),
        Column::new("blocking", "blocking", Unit::Number, Value::Latest(BLOCKING)),
        Column::new("waiting", "its queue", Unit::Number, Value::Latest(BLOCKING_QUEUE)),
    ],
    spared: &[],
    order: 0,
};
