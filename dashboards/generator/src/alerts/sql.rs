//! Statements that fail, and pools that are full.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{failed, increase, of, quantile, rate, sum},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![saturated(), timeouts(), unreachable(), failing(), round()]
}

const BOOKS: (&str, &str) = (label::POOL, "books");

fn saturated() -> Alert {
    let pool = |used| {
        let of_pool = |metric| of(metric).is(label::POOL, "books");
        Case::default()
            .with(of_pool(metric::POOL).is(label::POOL_STATE, "used"), used)
            .with(of_pool(metric::POOL).is(label::POOL_STATE, "idle"), "1x120")
            .with(of_pool(metric::POOL_MAX), "10x120")
    };
    Alert {
        name: "PoolSaturated",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: Query::Recorded("job_pool:connections_used:ratio").above(0.9),
        patience: 5,
        value: Value::Part,
        summary: "{value} of the connections of the pool {1} of {job} are in use",
        description: "The next requests wait for each other, whatever the database does.",
        keys: &[label::POOL],
        meaning: "More than 90 % of the connections that a pool may have were in use for five minutes.",
        first: quantile(0.95, metric::POOL_WAIT).by(&[label::POOL]),
        remedy: "If nobody waits, the pool is as large as it has to be. If they do, look at what holds connections: \
                 \"95 % are used no longer\" on the board of SQL, against the time of the statements. A long use \
                 with short statements is a transaction that waits for something else. Only then make the pool \
                 larger, within what the database allows all instances together.",
        fires: pool("10x120").reads("100%", &[BOOKS]),
        quiet: pool("8x120"),
    }
}

fn timeouts() -> Alert {
    let pool = || of(metric::POOL_TIMEOUTS).is(label::POOL, "books");
    Alert {
        name: "PoolTimesOut",
        severity: Severity::Page,
        groups: &[label::JOB],
        condition: increase(metric::POOL_TIMEOUTS).by(&[label::POOL]).during(5).above(0.0),
        patience: 2,
        value: Value::Count,
        summary: "Requests of {job} get no connection of the pool {1}",
        description: "{value} waited for as long as they may, in five minutes, and failed.",
        keys: &[label::POOL],
        meaning: "Requests for a connection ran into the pool's time-out. Whoever asked got an error.",
        first: sum(metric::POOL_PENDING).by(&[label::POOL]),
        remedy: "As with [PoolSaturated](#poolsaturated); and see on the board of SQL whether connections can be opened \
                 at all.",
        fires: Case::default().with(pool(), "0+1x120").reads("5", &[BOOKS]),
        quiet: Case::default().with(pool(), "7x120"),
    }
}

fn unreachable() -> Alert {
    let pool = |error| of(metric::POOL_ERRORS).is(label::POOL, "books").is(label::ERROR, error);
    Alert {
        name: "DatabaseUnreachable",
        severity: Severity::Page,
        groups: &[label::JOB],
        condition: increase(metric::POOL_ERRORS)
            .by(&[label::POOL, label::ERROR])
            .during(5)
            .above(0.0),
        patience: 1,
        value: Value::Count,
        summary: "{job} cannot open connections for the pool {1}: {2}",
        description: "{value} requests for a connection failed so in five minutes.",
        keys: &[label::POOL, label::ERROR],
        meaning: "The pool could not open a connection: the database is down, out of reach, full, or refuses the password.",
        first: increase(metric::POOL_ERRORS).by(&[label::POOL, label::ERROR]).during(60),
        remedy: "The error says which. `io` is the way to the database, or that it is down. A class of SQLSTATE is its \
                 answer: too many connections, or who may connect.",
        fires: Case::default()
            .with(pool("io"), "0+1x120")
            .reads("5", &[BOOKS, (label::ERROR, "io")]),
        quiet: Case::default().with(pool("io"), "3x120"),
    }
}

fn failing() -> Alert {
    let statements = |error| {
        let series =
            of(metric::DB).is(label::SYSTEM, "postgresql").is(label::SUMMARY, "SELECT books");
        Case::default()
            .count(series.clone(), EACH_SECOND)
            .count(series.is(label::ERROR, error), EACH_SECOND)
    };
    let own = "cancelled|.*_violation";
    let failing = rate(failed(metric::DB).matches_not(label::ERROR, own)).part_of(rate(metric::DB));
    Alert {
        name: "DatabaseOperationsFail",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: failing.by(&[label::SYSTEM]).above(0.05),
        patience: 10,
        value: Value::Part,
        summary: "{value} of the operations of {job} on {1} fail",
        description: "Statements, or commands to Redis. Constraints that were broken, and what was given up, do not count.",
        keys: &[label::SYSTEM],
        meaning: "More than 5 % of the statements or commands fail for another reason than the data or the caller.",
        first: rate(failed(metric::DB)).by(&[
            label::SYSTEM,
            label::SUMMARY,
            label::OPERATION,
            label::ERROR,
        ]),
        remedy: "`pool_timed_out` is [PoolTimesOut](#pooltimesout). `deadlock`, `lock_timeout` and `serialization_failure` \
                 are transactions that meet: make them shorter, or take locks in one order. `io` and \
                 `connection_lost` are the way there. A class of SQLSTATE that begins with 42 is a schema other than \
                 the program expects: look at [MigrationsPending](#migrationspending).",
        fires: statements("deadlock").reads("50%", &[(label::SYSTEM, "postgresql")]),
        quiet: statements("unique_violation"),
    }
}

fn round() -> Alert {
    let series = || of(metric::UNMEASURED).is(label::SUMMARY, "count_by_author");
    Alert {
        name: "StatementsGoRound",
        severity: Severity::Note,
        groups: &[label::JOB],
        condition: increase(metric::UNMEASURED).by(&[label::SUMMARY]).during(60).above(0.0),
        patience: 0,
        value: Value::Count,
        summary: "Statements of {job} go round the measured pool: {1}",
        description: "{value} in an hour. Their durations are known, but not their errors and rows.",
        keys: &[label::SUMMARY],
        meaning: "A function takes sqlx's own pool or connection, so that only the events of sqlx tell of its statements.",
        first: increase(metric::DIRECT_USES).by(&[label::POOL]).during(60),
        remedy: "[The document about databases](databases.md) tells for each type that a function takes what is counted. \
                 Give it the measured pool, or `&mut` of the measured connection; or leave it, and silence this.",
        fires: Case::default()
            .with(series(), "0+1x120")
            .reads("60", &[(label::SUMMARY, "count_by_author")]),
        quiet: Case::default().with(series(), "5x120"),
    }
}
