//! Processes that restart, or whose runtime does not keep up.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    boards::busy,
    case::EACH_SECOND,
    label, metric,
    query::{falls, max, of, quantile, sum, within},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![restarts(), saturated(), late()]
}

fn restarts() -> Alert {
    Alert {
        name: "ProcessRestarts",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: falls(metric::UPTIME).during(30).above(2.0),
        patience: 0,
        value: Value::Count,
        summary: "{instance} of {job} restarts again and again",
        description: "{value} times in 30 minutes.",
        keys: &[],
        meaning: "The same instance began anew more than twice in half an hour.",
        first: max(metric::UPTIME).by(&[label::INSTANCE]),
        remedy: "Ask whoever restarts it why: the log of the last run, or its exit code. Memory that rises until then, \
                 on the board of the process, is a limit that was hit.",
        fires: Case::default()
            .with(metric::UPTIME, "0+60x40 0+60x4 0+60x4 0+60x4 0+60x60")
            .reads("4", &[(label::INSTANCE, "one")]),
        quiet: Case::default().with(metric::UPTIME, "0+60x40 0+60x80"),
    }
}

fn saturated() -> Alert {
    let runtime = |busy| {
        Case::default()
            .with(of(metric::BUSY).is(label::RUNTIME, "main"), busy)
            .with(of(metric::WORKERS).is(label::RUNTIME, "main"), "4x120")
    };
    Alert {
        name: "RuntimeSaturated",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: busy().by(&[label::RUNTIME]).above(0.9),
        patience: 10,
        value: Value::Part,
        summary: "The workers of the runtime {1} of {instance} are busy {value} of the time",
        description: "Every task waits for its turn, and so does every request of {job}.",
        keys: &[label::RUNTIME],
        meaning: "The worker threads of a tokio runtime hardly ever sleep.",
        first: sum(metric::QUEUE).by(&[label::INSTANCE, label::RUNTIME]),
        remedy: "If the processors are as busy, the process needs more of them, or does too much. If they are not, \
                 something blocks a worker: a lock, or a call of a library that is not async. Move it to \
                 `spawn_blocking`.",
        fires: runtime("0+240x120")
            .reads("100%", &[(label::INSTANCE, "one"), (label::RUNTIME, "main")]),
        quiet: runtime("0+120x120"),
    }
}

fn late() -> Alert {
    let woken = |in_time| {
        let delay = || of(metric::DELAY).is(label::RUNTIME, "main");
        Case::default().count(delay(), EACH_SECOND).bucket(delay(), "0.1", in_time)
    };
    Alert {
        name: "RuntimeWakesLate",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: Query::Number(1.0)
            .minus(within("0.1", metric::DELAY))
            .by(&[label::RUNTIME])
            .above(0.05),
        patience: 10,
        value: Value::Part,
        summary: "{value} of the wake-ups in the runtime {1} of {instance} are more than 100 ms late",
        description: "Whatever {job} waits for, it goes on so late once that is there.",
        keys: &[label::RUNTIME],
        meaning: "More than 5 % of the wake-ups of a task in a tokio runtime are more than 100 ms late.",
        first: quantile(0.95, metric::DELAY).by(&[label::INSTANCE, label::RUNTIME]),
        remedy: "If the workers are busy, too, it is as with [RuntimeSaturated](#runtimesaturated). If they are not, they \
                 are blocked now and then, all at once: by a lock, a file, or a call of a library that is not async. A \
                 container that is throttled, or a machine that has other work, looks alike, and shows in the context \
                 switches that are involuntary.",
        fires: woken("0+45x120")
            .reads("25%", &[(label::INSTANCE, "one"), (label::RUNTIME, "main")]),
        quiet: woken("0+59x120"),
    }
}
