//! The tokio runtimes.
//!
//! Those from [`POLLS`] on are there when the program is built with `--cfg tokio_unstable`.

use kymo_core::{MetricKind, MetricSpec, buckets};
use tokio::runtime::RuntimeMetrics;

use crate::{counters::Counter, key, levels::Level};

/// When what tokio always tells is recorded.
const ASKED: &str = "Asked at each collection of the runtimes of `telemetry.tokio_runtime(…)`.";

/// When what tokio tells only of a program that is built for it is recorded.
const ASKED_OF_UNSTABLE: &str = "Asked at each collection of the runtimes of \
     `telemetry.tokio_runtime(…)`, in a program that is built with \
     `RUSTFLAGS=\"--cfg tokio_unstable\"`.";

/// Threads that run tasks.
pub const WORKERS: MetricSpec = MetricSpec::new(
    "kymo.tokio.workers",
    MetricKind::UpDownCounter,
    "{worker}",
    "Worker threads of the runtime.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED);

/// Tasks that were spawned and have not ended, without the one that is woken for [`DELAY`].
pub const ALIVE_TASKS: MetricSpec = MetricSpec::new(
    "kymo.tokio.alive_tasks",
    MetricKind::UpDownCounter,
    "{task}",
    "Tasks of the runtime that have not ended.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED);

/// Tasks that are ready to run and that no worker has taken yet.
///
/// If it stays above zero, the workers do not keep up. The task that is woken for [`DELAY`] is among them while
/// it waits.
pub const GLOBAL_QUEUE_DEPTH: MetricSpec = MetricSpec::new(
    "kymo.tokio.global_queue.depth",
    MetricKind::UpDownCounter,
    "{task}",
    "Tasks that wait in the global queue of the runtime.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED);

/// Seconds that all workers were not parked; per worker and second, how busy they are.
pub const BUSY_TIME: MetricSpec = MetricSpec::new(
    "kymo.tokio.worker.busy_time",
    MetricKind::Counter,
    "s",
    "Time the workers of the runtime were busy.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED);

/// How often a worker had nothing to do and went to sleep; an idle runtime parks, a busy one does not.
pub const PARKS: MetricSpec = MetricSpec::new(
    "kymo.tokio.worker.parks",
    MetricKind::Counter,
    "{park}",
    "Times that a worker of the runtime went to sleep.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED);

/// How late a task that becomes ready is polled: what every request waits for at each of its awaits.
///
/// A task that has not answered is not woken again: three seconds in which no worker is free are one
/// observation of up to three seconds, and the number of observations tells nothing. A current-thread runtime
/// that nobody drives answers when somebody does, or when it ends. Where one worker of several
/// is blocked, another polls the task, and the delay says nothing of it.
pub const DELAY: MetricSpec = MetricSpec::new(
    "kymo.tokio.delay",
    MetricKind::Histogram { buckets: buckets::SHORT_DURATION },
    "s",
    "How late a task of the runtime was woken.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(
    "Nearly five times a second, of one task of ours on each runtime of `telemetry.tokio_runtime(…)`: when \
     it is polled, or dropped; it is not woken again before.",
);

/// How often a worker polled a task; the busy time by it is the mean poll.
pub const POLLS: MetricSpec = MetricSpec::new(
    "kymo.tokio.worker.polls",
    MetricKind::Counter,
    "{poll}",
    "Times that a worker of the runtime polled a task.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Tasks that a worker took from another.
pub const STEALS: MetricSpec = MetricSpec::new(
    "kymo.tokio.worker.steals",
    MetricKind::Counter,
    "{task}",
    "Tasks that a worker took from another one.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// How often the queue of a worker was full: half of it then goes to the global queue.
pub const OVERFLOWS: MetricSpec = MetricSpec::new(
    "kymo.tokio.worker.overflows",
    MetricKind::Counter,
    "{overflow}",
    "Times that the queue of a worker was full.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Tasks in the queues of the workers.
pub const LOCAL_QUEUE_DEPTH: MetricSpec = MetricSpec::new(
    "kymo.tokio.local_queue.depth",
    MetricKind::UpDownCounter,
    "{task}",
    "Tasks that wait in the queues of the workers.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Tasks that were spawned, without the one that is woken for [`DELAY`].
pub const SPAWNED_TASKS: MetricSpec = MetricSpec::new(
    "kymo.tokio.task.spawned",
    MetricKind::Counter,
    "{task}",
    "Tasks that were spawned on the runtime.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// How often a task became ready outside of the workers.
pub const REMOTE_SCHEDULES: MetricSpec = MetricSpec::new(
    "kymo.tokio.task.remote_schedules",
    MetricKind::Counter,
    "{schedule}",
    "Times that a task became ready from outside of the runtime.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// How often a task was made to yield because it had used up its budget of tokio.
///
/// Many are a sign of a task that is always ready, such as a reader of a fast connection.
pub const FORCED_YIELDS: MetricSpec = MetricSpec::new(
    "kymo.tokio.task.forced_yields",
    MetricKind::Counter,
    "{yield}",
    "Times that a task had to yield because its budget was spent.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Threads for blocking work, those included that wait for it.
///
/// tokio ends one that was idle for ten seconds, unless the runtime was built with another time.
pub const BLOCKING_THREADS: MetricSpec = MetricSpec::new(
    "kymo.tokio.blocking.threads",
    MetricKind::UpDownCounter,
    "{thread}",
    "Threads of the runtime for blocking work.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Threads for blocking work that wait for it.
pub const BLOCKING_IDLE_THREADS: MetricSpec = MetricSpec::new(
    "kymo.tokio.blocking.idle_threads",
    MetricKind::UpDownCounter,
    "{thread}",
    "Threads of the runtime that wait for blocking work.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Blocking work that waits for a thread.
///
/// It is above zero while all threads for it are busy: 512, unless the runtime was built with fewer.
pub const BLOCKING_QUEUE_DEPTH: MetricSpec = MetricSpec::new(
    "kymo.tokio.blocking.queue.depth",
    MetricKind::UpDownCounter,
    "{task}",
    "Blocking work that waits for a thread.",
)
.with_attributes(&[key::RUNTIME_NAME.key])
.recorded(ASKED_OF_UNSTABLE);

/// Every metric of this part.
pub(super) const ALL: &[MetricSpec] = &[
    WORKERS,
    ALIVE_TASKS,
    GLOBAL_QUEUE_DEPTH,
    BUSY_TIME,
    PARKS,
    DELAY,
    POLLS,
    STEALS,
    OVERFLOWS,
    LOCAL_QUEUE_DEPTH,
    SPAWNED_TASKS,
    REMOTE_SCHEDULES,
    FORCED_YIELDS,
    BLOCKING_THREADS,
    BLOCKING_IDLE_THREADS,
    BLOCKING_QUEUE_DEPTH,
];

/// Every level that this build of tokio tells.
pub(crate) const LEVELS: &[Level] = &[
    Level { spec: &WORKERS, read: RuntimeMetrics::num_workers },
    // Without the task that is woken for the delay.
    Level { spec: &ALIVE_TASKS, read: |told| told.num_alive_tasks().saturating_sub(1) },
    Level { spec: &GLOBAL_QUEUE_DEPTH, read: RuntimeMetrics::global_queue_depth },
    #[cfg(tokio_unstable)]
    Level {
        spec: &LOCAL_QUEUE_DEPTH,
        read: |told| (0..told.num_workers()).map(|n| told.worker_local_queue_depth(n)).sum(),
    },
    #[cfg(tokio_unstable)]
    Level { spec: &BLOCKING_THREADS, read: RuntimeMetrics::num_blocking_threads },
    #[cfg(tokio_unstable)]
    Level { spec: &BLOCKING_IDLE_THREADS, read: RuntimeMetrics::num_idle_blocking_threads },
    #[cfg(tokio_unstable)]
    Level { spec: &BLOCKING_QUEUE_DEPTH, read: RuntimeMetrics::blocking_queue_depth },
];

/// Every counter that this build of tokio tells, beside the busy time.
pub(crate) const COUNTERS: &[Counter] = &[
    #[cfg(target_has_atomic = "64")]
    Counter { spec: &PARKS, read: |told| over_workers(told, RuntimeMetrics::worker_park_count) },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &POLLS, read: |told| over_workers(told, RuntimeMetrics::worker_poll_count) },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &STEALS, read: |told| over_workers(told, RuntimeMetrics::worker_steal_count) },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter {
        spec: &OVERFLOWS,
        read: |told| over_workers(told, RuntimeMetrics::worker_overflow_count),
    },
    // Without the task that is woken for the delay.
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &SPAWNED_TASKS, read: |told| told.spawned_tasks_count().saturating_sub(1) },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &REMOTE_SCHEDULES, read: RuntimeMetrics::remote_schedule_count },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Counter { spec: &FORCED_YIELDS, read: RuntimeMetrics::budget_forced_yield_count },
];

#[cfg(target_has_atomic = "64")]
fn over_workers(told: &RuntimeMetrics, read: fn(&RuntimeMetrics, usize) -> u64) -> u64 {
    (0..told.num_workers()).map(|worker| read(told, worker)).sum()
}
