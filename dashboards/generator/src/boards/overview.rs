//! Rate, errors and duration, and whatever is behind them.

use crate::{
    Board, Panel, Query, Unit,
    board::row,
    label, metric,
    query::{failed, max, of, quantile, rate, sum, total},
};

pub(super) fn board() -> Board {
    Board {
        name: "overview",
        title: "kymo / Overview",
        description: "Rate, errors and duration of requests, and how what is behind them fares.",
        subject: metric::UPTIME,
        rows: vec![row("Now", now()), row("Requests", requests()), row("Behind them", behind())],
    }
}

/// The part of requests that failed.
pub(super) fn failing() -> Query {
    rate(failed(metric::HTTP)).part_of(rate(metric::HTTP))
}

/// The part of lookups that found something.
pub(super) fn hits() -> Query {
    rate(of(metric::CACHE).is(label::RESULT, "hit")).part_of(rate(metric::CACHE))
}

/// The part of a pool's connections that is in use.
pub(super) fn used() -> Query {
    sum(of(metric::POOL).is(label::POOL_STATE, "used")).over(sum(metric::POOL_MAX))
}

fn now() -> Vec<Panel> {
    vec![
        Panel::number("Requests", Unit::PerSecond, "Requests that ended, per second, however they ended.")
            .ask(rate(metric::HTTP), &[])
            .more("http"),
        Panel::number("Failing", Unit::Part, "The part of them that failed: with a 5xx, cancelled, by a panic or a time-out.")
            .ask(failing(), &[])
            .more("http"),
        Panel::number("95 % within", Unit::Seconds, "Of 100 requests, 95 took no longer.")
            .ask(quantile(0.95, metric::HTTP), &[])
            .more("http"),
        Panel::number("Under way", Unit::Count, "Requests that have not ended.")
            .ask(sum(metric::HTTP_ACTIVE), &[])
            .more("http"),
        Panel::number("Pool in use", Unit::Part, "The fullest pool's connections in use; at 1, requests wait for each other.")
            .ask(used(), &[label::POOL])
            .more("sql"),
        Panel::number("Folded", Unit::PerSecond, "Measurements with a value that exceeded a budget: which, the board of kymo itself tells.")
            .ask(rate(metric::FOLDED), &[])
            .more("itself"),
    ]
}

fn requests() -> Vec<Panel> {
    vec![
        Panel::stack(
            "Rate by route",
            Unit::PerSecond,
            "Requests that ended, per second. Those that matched no route have no name.",
        )
        .ask(rate(metric::HTTP), &[label::ROUTE])
        .more("http"),
        Panel::lines("Errors by kind", Unit::PerSecond, "Failed requests per second, by why.")
            .ask(rate(failed(metric::HTTP)), &[label::ERROR])
            .more("http"),
        Panel::lines(
            "Duration",
            Unit::Seconds,
            "Until the end of the body. Half, 95 and 99 of 100 requests took no longer.",
        )
        .ask_named("50 %", quantile(0.5, metric::HTTP), &[])
        .ask_named("95 %", quantile(0.95, metric::HTTP), &[])
        .ask_named("99 %", quantile(0.99, metric::HTTP), &[])
        .more("http"),
        Panel::stack(
            "Where the time goes",
            Unit::Count,
            "Seconds of requests per second, by the part that they went to.",
        )
        .ask(rate(metric::HTTP_TIME), &[label::PART])
        .more("http"),
    ]
}

fn behind() -> Vec<Panel> {
    vec![
        Panel::lines("Database and Redis", Unit::Count, "How many statements and commands are under way at a time, on average: their time per second.")
            .ask(total(metric::DB), &[label::SYSTEM])
            .more("sql"),
        Panel::lines("Hit ratio", Unit::Part, "The part of lookups that a cache could answer.")
            .ask(hits(), &[label::CACHE])
            .more("caches"),
        Panel::lines("Repositories", Unit::PerSecond, "Calls that failed, per second.")
            .ask(rate(failed(metric::REPOSITORY)), &[label::REPOSITORY, label::ERROR])
            .more("repositories"),
        Panel::lines("Processors", Unit::Count, "Processors that the processes keep busy.")
            .ask(rate(metric::CPU), &[label::INSTANCE])
            .more("process"),
        Panel::lines("Memory", Unit::Bytes, "Physical memory of each process.")
            .ask(max(metric::MEMORY), &[label::INSTANCE])
            .more("process"),
        Panel::lines("Uptime", Unit::Seconds, "Since each process started: a line that falls is a restart.")
            .ask(max(metric::UPTIME), &[label::INSTANCE])
            .more("process"),
    ]
}
