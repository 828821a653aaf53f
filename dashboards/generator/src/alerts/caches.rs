//! Caches that no longer answer, or no longer help.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{of, rate},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![collapsed(), unanswered()]
}

const BOOKS: (&str, &str) = (label::CACHE, "books");

fn lookups(result: &'static str, values: &'static str) -> Case {
    let series = |result| of(metric::CACHE).is(label::CACHE, "books").is(label::RESULT, result);
    Case::default().with(series("hit"), "0+60x40 2400x80").with(series(result), values)
}

fn collapsed() -> Alert {
    let now = || Query::Recorded("job_cache:hits:ratio_rate5m");
    let usual = || Query::Recorded("job_cache:hits:ratio_rate6h");
    Alert {
        name: "CacheHitRatioCollapsed",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: now()
            .below(Query::Number(0.5).times(usual()))
            .and(rate(metric::CACHE).by(&[label::CACHE]).above(0.1)),
        patience: 5,
        value: Value::Part,
        summary: "The cache {1} of {job} answers {value} of its lookups, less than half of what it did",
        description: "What is behind it now does the work.",
        keys: &[label::CACHE],
        meaning: "The hit ratio of the last five minutes is less than half of that of the last six hours.",
        first: rate(metric::CACHE).by(&[label::CACHE, label::RESULT]),
        remedy: "If it is `error` that rose, the cache does not answer: [CacheDoesNotAnswer](#cachedoesnotanswer). If it \
                 is `miss`, see on the board of caches whether evictions or writes rose with it: a cache that is too \
                 small evicts, and a change of the keys or of the time to live shows as neither. After a restart, a \
                 cache in process fills again by itself.",
        fires: lookups("miss", "0x40 0+60x80").reads("0%", &[BOOKS]),
        quiet: Case::default()
            .with(of(metric::CACHE).is(label::CACHE, "books").is(label::RESULT, "hit"), "0+20x120")
            .with(
                of(metric::CACHE).is(label::CACHE, "books").is(label::RESULT, "miss"),
                "0+40x120",
            ),
    }
}

fn unanswered() -> Alert {
    let errors = of(metric::CACHE).is(label::RESULT, "error");
    let lookups = |values| {
        let series = |result| of(metric::CACHE).is(label::CACHE, "books").is(label::RESULT, result);
        Case::default().with(series("hit"), EACH_SECOND).with(series("error"), values)
    };
    Alert {
        name: "CacheDoesNotAnswer",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: rate(errors).part_of(rate(metric::CACHE)).by(&[label::CACHE]).above(0.05),
        patience: 5,
        value: Value::Part,
        summary: "The cache {1} of {job} does not answer {value} of its lookups",
        description: "Each of them costs the time until it is given up, and then what is behind the cache.",
        keys: &[label::CACHE],
        meaning: "More than 5 % of the lookups ended with an error: a Redis that is down, slow or full.",
        first: rate(of(metric::DB).is(label::SYSTEM, "redis").is_not(label::ERROR, "")).by(&[
            label::SERVER,
            label::OPERATION,
            label::ERROR,
        ]),
        remedy: "The first query has the error of each command. `timeout` is a Redis that is slow or far; \
                 `connection_refused` and `connection_lost` one that is down; `OOM` one that is full.",
        fires: lookups(EACH_SECOND).reads("50%", &[BOOKS]),
        quiet: lookups("0+1x120"),
    }
}
