//! Statements, transactions, and the pools that they wait for.

use crate::{
    Board, Panel, Series, Unit,
    board::row,
    label, metric,
    query::{failed, max, mean, of, quantile, rate, sum, total},
};

/// Redis has a board of its own.
const REDIS: &str = "redis";

pub(super) fn board() -> Board {
    Board {
        name: "sql",
        title: "kymo / SQL and pools",
        description: "Statements by what they do, transactions, and the connections that they wait for.",
        subject: metric::POOL,
        rows: vec![
            row("Statements", statements()),
            row("Transactions", transactions()),
            row("Pools", pools()),
            row("What went round", round()),
        ],
    }
}

fn sql(series: Series) -> Series {
    series.is_not(label::SYSTEM, REDIS)
}

fn statements() -> Vec<Panel> {
    let failing = rate(sql(failed(metric::DB)));
    vec![
        Panel::stack("Rate by statement", Unit::PerSecond, "Statements that ended, per second.")
            .ask(rate(sql(of(metric::DB))), &[label::SUMMARY]),
        Panel::lines(
            "95 % within, by statement",
            Unit::Seconds,
            "From when there was a connection until the last row.",
        )
        .ask(quantile(0.95, sql(of(metric::DB))), &[label::SUMMARY]),
        Panel::lines("Errors", Unit::PerSecond, "Statements that failed, per second, by why.")
            .ask(failing, &[label::SUMMARY, label::ERROR]),
        Panel::lines(
            "Seconds per second by statement",
            Unit::Count,
            "How many of them are under way at a time, on average: what the database is busy with.",
        )
        .ask(total(sql(of(metric::DB))), &[label::SUMMARY]),
        Panel::lines(
            "Rows that came back",
            Unit::Count,
            "By a statement, on average. One that grows wants a limit.",
        )
        .ask(mean(metric::DB_ROWS), &[label::SUMMARY]),
        Panel::lines("Rows changed", Unit::PerSecond, "And committed, per second.")
            .ask(rate(metric::DB_CHANGED), &[label::TABLE, label::OPERATION]),
    ]
}

fn transactions() -> Vec<Panel> {
    vec![
        Panel::stack("Transactions", Unit::PerSecond, "Per second, by how they ended.")
            .ask(rate(metric::TRANSACTION), &[label::OUTCOME]),
        Panel::lines(
            "95 % of transactions within",
            Unit::Seconds,
            "From its beginning until it had ended.",
        )
        .ask(quantile(0.95, metric::TRANSACTION), &[label::OUTCOME]),
    ]
}

fn pools() -> Vec<Panel> {
    vec![
        Panel::lines("Connections", Unit::Count, "Open ones by state, and how many there may be.")
            .ask(sum(metric::POOL), &[label::POOL, label::POOL_STATE])
            .ask_named("most of", max(metric::POOL_MAX), &[label::POOL])
            .ask_named("most idle of", max(metric::POOL_IDLE_MAX), &[label::POOL])
            .ask_named("least idle of", max(metric::POOL_IDLE_MIN), &[label::POOL]),
        Panel::lines("In use", Unit::Part, "Of the connections that there may be. At 1, requests wait for each other.")
            .ask(super::overview::used(), &[label::POOL]),
        Panel::lines("Waiting", Unit::Count, "Requests for a connection that wait now.")
            .ask(sum(metric::POOL_PENDING), &[label::POOL]),
        Panel::lines("95 % wait no longer", Unit::Seconds, "For a connection. Those that waited in vain are beside it.")
            .ask(quantile(0.95, metric::POOL_WAIT), &[label::POOL]),
        Panel::lines("Waited in vain", Unit::PerSecond, "Requests that ran into the pool's time-out, and that got none because none could be opened.")
            .ask_named("time-out", rate(metric::POOL_TIMEOUTS), &[label::POOL])
            .ask(rate(metric::POOL_ERRORS), &[label::POOL, label::ERROR]),
        Panel::lines("95 % are used no longer", Unit::Seconds, "From when a connection is borrowed until it is given back.")
            .ask(quantile(0.95, metric::POOL_USE), &[label::POOL]),
        Panel::lines("Connections opened", Unit::PerSecond, "A pool that opens them all the time is too small, or loses them.")
            .ask(rate(metric::POOL_CREATE), &[label::POOL]),
        Panel::lines("Time to open one", Unit::Seconds, "On average.")
            .ask(mean(metric::POOL_CREATE), &[label::POOL]),
    ]
}

fn round() -> Vec<Panel> {
    vec![
        Panel::lines(
            "Statements that went round",
            Unit::PerSecond,
            "The measured pool did not see them; the events of sqlx did.",
        )
        .ask(rate(metric::UNMEASURED), &[label::SUMMARY]),
        Panel::lines(
            "Bare connections",
            Unit::PerSecond,
            "How often sqlx's own pool or connection was taken out of a measured one.",
        )
        .ask(rate(metric::DIRECT_USES), &[label::POOL]),
        Panel::lines(
            "Connections not timed",
            Unit::Count,
            "Opened before their pool was measured.",
        )
        .ask(sum(metric::POOL_UNTIMED), &[label::POOL]),
    ]
}
