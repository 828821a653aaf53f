//! The processes, and their tokio runtimes.

use crate::{
    Board, Panel, Query, Unit,
    board::row,
    label, metric,
    query::{failed, max, mean, quantile, rate, sum},
};

pub(super) fn board() -> Board {
    Board {
        name: "process",
        title: "kymo / Process and runtime",
        description: "Processors, memory and files of each process, how busy its tokio runtimes are, and its jobs.",
        subject: metric::UPTIME,
        rows: vec![
            row("Process", process()),
            row("Runtime", runtime()),
            row("Units of work", work()),
        ],
    }
}

/// The part of a runtime's workers that is busy.
pub(crate) fn busy() -> Query {
    rate(metric::BUSY).over(sum(metric::WORKERS))
}

fn process() -> Vec<Panel> {
    vec![
        Panel::stack(
            "Processors",
            Unit::Count,
            "Kept busy, by the program and by the kernel for it.",
        )
        .ask(rate(metric::CPU), &[label::INSTANCE, label::CPU_MODE]),
        Panel::lines("Memory", Unit::Bytes, "In use, and reserved of the address space.")
            .ask_named("in use", max(metric::MEMORY), &[label::INSTANCE])
            .ask_named("reserved", max(metric::MEMORY_VIRTUAL), &[label::INSTANCE]),
        Panel::lines("Disks", Unit::BytesPerSecond, "Read and written.")
            .ask(rate(metric::DISK), &[label::INSTANCE, label::DISK_DIRECTION]),
        Panel::lines(
            "Threads and files",
            Unit::Count,
            "Threads, and file descriptors that are open: sockets, too.",
        )
        .ask_named("threads", max(metric::THREADS), &[label::INSTANCE])
        .ask_named("files", max(metric::DESCRIPTORS), &[label::INSTANCE]),
        Panel::lines(
            "Context switches",
            Unit::PerSecond,
            "Involuntary ones are those of a process that others keep from its processors.",
        )
        .ask(rate(metric::SWITCHES), &[label::INSTANCE, label::SWITCH]),
        Panel::lines("Page faults", Unit::PerSecond, "For a major one, a disk had to be read.")
            .ask(rate(metric::FAULTS), &[label::INSTANCE, label::FAULT]),
        Panel::lines(
            "Uptime",
            Unit::Seconds,
            "Since the process started: a line that falls is a restart.",
        )
        .ask(max(metric::UPTIME), &[label::INSTANCE]),
        Panel::lines("Versions", Unit::Count, "How many processes run which version.")
            .ask(sum(metric::BUILD), &[label::BUILD]),
    ]
}

fn work() -> Vec<Panel> {
    let unit = &[label::UNIT];
    vec![
        Panel::stack("Units", Unit::PerSecond, "Jobs, messages and the like, per second.")
            .ask(rate(metric::UNIT), unit),
        Panel::lines("Errors of units", Unit::PerSecond, "Those that failed, per second, by why.")
            .ask(rate(failed(metric::UNIT)), &[label::UNIT, label::ERROR]),
        Panel::lines("95 % of units within", Unit::Seconds, "From the first poll to the end.")
            .ask(quantile(0.95, metric::UNIT), unit),
        Panel::stack(
            "Seconds per second by part",
            Unit::Count,
            "Where the time of units goes. Those of one name add up to how many run at a time.",
        )
        .ask(rate(metric::UNIT_TIME), &[label::UNIT, label::PART]),
        Panel::lines("Operations of a unit", Unit::Count, "Of each kind, on average.")
            .ask(mean(metric::UNIT_OPERATIONS), &[label::UNIT, label::OPERATION_KIND]),
        Panel::lines(
            "Units with repeated queries",
            Unit::PerSecond,
            "In which one query came ten times or more.",
        )
        .ask(rate(metric::UNIT_REPEATED), &[label::UNIT, label::SUMMARY]),
        Panel::lines(
            "Longest poll of a unit",
            Unit::Seconds,
            "95 % keep their worker no longer at a time.",
        )
        .ask(quantile(0.95, metric::UNIT_LONGEST_POLL), unit),
        Panel::lines(
            "Polls of units that block",
            Unit::PerSecond,
            "A worker was kept from all other tasks for more than 10 ms.",
        )
        .ask(rate(metric::UNIT_BLOCKING), unit),
    ]
}

fn runtime() -> Vec<Panel> {
    let runtime = &[label::INSTANCE, label::RUNTIME];
    vec![
        Panel::lines(
            "Busy workers",
            Unit::Part,
            "Of the worker threads. Near 1, every task waits for its turn.",
        )
        .ask(busy(), runtime),
        Panel::lines(
            "Tasks",
            Unit::Count,
            "That have not ended. A level that only grows is a leak.",
        )
        .ask(sum(metric::TASKS), runtime),
        Panel::lines(
            "Tasks that wait",
            Unit::Count,
            "In the global queue. If it stays above zero, the workers do not keep up.",
        )
        .ask(sum(metric::QUEUE), runtime),
        Panel::lines(
            "95 % are woken within",
            Unit::Seconds,
            "From when a task is ready until a worker runs it. Milliseconds are a runtime that is starved, or whose \
             workers are blocked.",
        )
        .ask(quantile(0.95, metric::DELAY), runtime),
        Panel::lines(
            "Workers that went to sleep",
            Unit::PerSecond,
            "None does in a runtime that is always busy, or blocked.",
        )
        .ask(rate(metric::PARKS), runtime),
    ]
}
