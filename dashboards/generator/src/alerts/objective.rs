//! The error budget of a service: of 1,000 requests, 5 may fail.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{failed, of, rate},
};

/// The windows in which the failing part is recorded, in minutes.
pub(crate) const WINDOWS: &[(&str, u32)] = &[
    ("job:http_server_failing:ratio_rate5m", 5),
    ("job:http_server_failing:ratio_rate30m", 30),
    ("job:http_server_failing:ratio_rate1h", 60),
    ("job:http_server_failing:ratio_rate2h", 120),
    ("job:http_server_failing:ratio_rate6h", 360),
    ("job:http_server_failing:ratio_rate1d", 1440),
    ("job:http_server_failing:ratio_rate3d", 4320),
];

/// The part of requests that may fail.
const BUDGET: f64 = 0.005;

/// The part of requests that failed. Those that a client gave up are none of the service's.
pub(crate) fn failing() -> Query {
    let failed = failed(metric::HTTP).is_not(label::ERROR, "cancelled");
    rate(failed).part_of(rate(metric::HTTP))
}

/// Both windows spend the budget so many times faster than it may be spent: the long one says that it matters,
/// and the short one that it is still so.
fn burning(short: usize, long: usize, speed: f64) -> Query {
    // Exact in so many digits, for who reads the rule.
    let limit = (speed * BUDGET * 10_000.0).round() / 10_000.0;
    let window = |n: usize| Query::Recorded(WINDOWS[n].0).above(limit);
    window(long).and(window(short))
}

pub(super) fn alerts() -> Vec<Alert> {
    let first = || rate(failed(metric::HTTP)).by(&[label::ROUTE, label::ERROR]);
    let trouble = || {
        Case::default()
            .count(of(metric::HTTP).is(label::STATUS, "200"), "0+54x120")
            .count(of(metric::HTTP).is(label::ERROR, "500"), "0+6x120")
    };
    let peace = || {
        Case::default()
            .count(of(metric::HTTP).is(label::STATUS, "200"), EACH_SECOND)
            .count(of(metric::HTTP).is(label::STATUS, "404"), EACH_SECOND)
            .count(of(metric::HTTP).is(label::ERROR, "cancelled"), EACH_SECOND)
    };
    let alert = |name, severity, patience, condition, description, meaning, fires| Alert {
        name,
        severity,
        groups: &[label::JOB],
        condition,
        patience,
        value: Value::Part,
        summary: "{value} of the requests to {job} fail",
        description,
        keys: &[],
        meaning,
        first: first(),
        remedy: "The first query tells the routes and why they fail. A status such as `500` is an answer of the \
                 service: look at the statements and calls behind that route on the boards of SQL and \
                 repositories, at the same time. `panic` has a backtrace in the log. `timeout` is a limit of \
                 the service's own that was too short, or something behind it that is too slow. If it began with a \
                 deploy, take that back first.",
        fires,
        quiet: peace(),
    };
    vec![
        alert(
            "HttpErrorBudgetBurnsFast",
            Severity::Page,
            2,
            burning(0, 2, 14.4),
            "At this speed, the error budget of a month is gone in two days: of 1,000 requests, 5 may fail.",
            "In the last hour, and still in the last five minutes, so many requests failed that an error budget \
             of 0.5 % would be spent 14 times too fast.",
            trouble().reads("10%", &[]),
        ),
        alert(
            "HttpErrorBudgetBurns",
            Severity::Page,
            15,
            burning(1, 4, 6.0),
            "At this speed, the error budget of a month is gone in five days: of 1,000 requests, 5 may fail.",
            "In the last six hours, and still in the last 30 minutes, so many requests failed that an error budget \
             of 0.5 % would be spent 6 times too fast.",
            trouble().reads("10%", &[]),
        ),
        alert(
            "HttpErrorBudgetBurnsSlowly",
            Severity::Ticket,
            60,
            burning(3, 5, 3.0),
            "At this speed, the error budget of a month is gone in ten days: of 1,000 requests, 5 may fail.",
            "In the last day, and still in the last two hours, so many requests failed that an error budget of \
             0.5 % would be spent 3 times too fast.",
            trouble().reads("10%", &[]),
        ),
        alert(
            "HttpErrorBudgetGone",
            Severity::Ticket,
            60,
            burning(4, 6, 1.0),
            "It has been so for three days: of 1,000 requests, 5 may fail.",
            "In the last three days, and still in the last six hours, more than 0.5 % of the requests failed.",
            trouble().reads("10%", &[]),
        ),
    ]
}
