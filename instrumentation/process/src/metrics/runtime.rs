//! The tokio runtimes.
//!
//! Those from [`POLLS`] on are there when the program is built with `--cfg tokio_unstable`.

use kymo_core::{MetricKind, MetricSpec, key};

/// Threads that run tasks.
pub const WORKERS: MetricSpec = MetricSpec {
    name: "kymo.tokio.workers",
    kind: MetricKind::UpDownCounter,
    unit: "{worker}",
    description: "Worker threads of the runtime.",
    attributes: &[key::RUNTIME_NAME],
};

/// Tasks that were spawned and have not ended, without the one that watches for the end.
pub const ALIVE_TASKS: MetricSpec = MetricSpec {
    name: "kymo.tokio.alive_tasks",
    kind: MetricKind::UpDownCounter,
    unit: "{task}",
    description: "Tasks of the runtime that have not ended.",
    attributes: &[key::RUNTIME_NAME],
};

/// Tasks that are ready to run and that no worker has taken yet.
pub const GLOBAL_QUEUE_DEPTH: MetricSpec = MetricSpec {
    name: "kymo.tokio.global_queue.depth",
    kind: MetricKind::UpDownCounter,
    unit: "{task}",
    description: "Tasks that wait in the global queue of the runtime.",
    attributes: &[key::RUNTIME_NAME],
};

/// Seconds that all workers were not parked; per worker and second, how busy they are.
pub const BUSY_TIME: MetricSpec = MetricSpec {
    name: "kymo.tokio.worker.busy_time",
    kind: MetricKind::Counter,
    unit: "s",
    description: "Time the workers of the runtime were busy.",
    attributes: &[key::RUNTIME_NAME],
};

/// How often a worker had nothing to do and went to sleep.
pub const PARKS: MetricSpec = MetricSpec {
    name: "kymo.tokio.worker.parks",
    kind: MetricKind::Counter,
    unit: "{park}",
    description: "Times that a worker of the runtime went to sleep.",
    attributes: &[key::RUNTIME_NAME],
};

/// How often a worker polled a task; the busy time by it is the mean poll.
pub const POLLS: MetricSpec = MetricSpec {
    name: "kymo.tokio.worker.polls",
    kind: MetricKind::Counter,
    unit: "{poll}",
    description: "Times that a worker of the runtime polled a task.",
    attributes: &[key::RUNTIME_NAME],
};

/// Tasks that a worker took from another.
pub const STEALS: MetricSpec = MetricSpec {
    name: "kymo.tokio.worker.steals",
    kind: MetricKind::Counter,
    unit: "{task}",
    description: "Tasks that a worker took from another one.",
    attributes: &[key::RUNTIME_NAME],
};

/// How often the queue of a worker was full.
pub const OVERFLOWS: MetricSpec = MetricSpec {
    name: "kymo.tokio.worker.overflows",
    kind: MetricKind::Counter,
    unit: "{overflow}",
    description: "Times that the queue of a worker was full.",
    attributes: &[key::RUNTIME_NAME],
};

/// Tasks in the queues of the workers.
pub const LOCAL_QUEUE_DEPTH: MetricSpec = MetricSpec {
    name: "kymo.tokio.local_queue.depth",
    kind: MetricKind::UpDownCounter,
    unit: "{task}",
    description: "Tasks that wait in the queues of the workers.",
    attributes: &[key::RUNTIME_NAME],
};

/// Tasks that were spawned, without the one that watches for the end.
pub const SPAWNED_TASKS: MetricSpec = MetricSpec {
    name: "kymo.tokio.task.spawned",
    kind: MetricKind::Counter,
    unit: "{task}",
    description: "Tasks that were spawned on the runtime.",
    attributes: &[key::RUNTIME_NAME],
};

/// How often a task became ready outside of the workers.
pub const REMOTE_SCHEDULES: MetricSpec = MetricSpec {
    name: "kymo.tokio.task.remote_schedules",
    kind: MetricKind::Counter,
    unit: "{schedule}",
    description: "Times that a task became ready from outside of the runtime.",
    attributes: &[key::RUNTIME_NAME],
};

/// How often a task was made to yield because it had used up its budget.
pub const FORCED_YIELDS: MetricSpec = MetricSpec {
    name: "kymo.tokio.task.forced_yields",
    kind: MetricKind::Counter,
    unit: "{yield}",
    description: "Times that a task had to yield because its budget was spent.",
    attributes: &[key::RUNTIME_NAME],
};

/// Threads for blocking work, those included that wait for it.
pub const BLOCKING_THREADS: MetricSpec = MetricSpec {
    name: "kymo.tokio.blocking.threads",
    kind: MetricKind::UpDownCounter,
    unit: "{thread}",
    description: "Threads of the runtime for blocking work.",
    attributes: &[key::RUNTIME_NAME],
};

/// Threads for blocking work that wait for it.
pub const BLOCKING_IDLE_THREADS: MetricSpec = MetricSpec {
    name: "kymo.tokio.blocking.idle_threads",
    kind: MetricKind::UpDownCounter,
    unit: "{thread}",
    description: "Threads of the runtime that wait for blocking work.",
    attributes: &[key::RUNTIME_NAME],
};

/// Blocking work that waits for a thread.
pub const BLOCKING_QUEUE_DEPTH: MetricSpec = MetricSpec {
    name: "kymo.tokio.blocking.queue.depth",
    kind: MetricKind::UpDownCounter,
    unit: "{task}",
    description: "Blocking work that waits for a thread.",
    attributes: &[key::RUNTIME_NAME],
};
