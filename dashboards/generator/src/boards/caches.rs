//! Caches, wherever they are, and Redis.

use crate::{
    Board, Panel, Series, Unit,
    board::row,
    label, metric,
    query::{failed, of, quantile, rate, sum, total},
};

pub(super) fn board() -> Board {
    Board {
        name: "caches",
        title: "kymo / Caches and Redis",
        description: "What caches answer, what it costs to fill them, and the commands to Redis.",
        subject: metric::CACHE,
        rows: vec![row("Caches", caches()), row("Redis", redis())],
    }
}

fn caches() -> Vec<Panel> {
    vec![
        Panel::lines("Hit ratio", Unit::Part, "The part of lookups that the cache could answer.")
            .ask(super::overview::hits(), &[label::CACHE]),
        Panel::stack(
            "Lookups",
            Unit::PerSecond,
            "Per second, by what the cache answered; an error is a cache that did not.",
        )
        .ask(rate(metric::CACHE), &[label::CACHE, label::RESULT]),
        Panel::lines(
            "95 % are loaded within",
            Unit::Seconds,
            "Loading an entry that the cache did not have.",
        )
        .ask(quantile(0.95, metric::CACHE_LOAD), &[label::CACHE]),
        Panel::lines("Loads", Unit::PerSecond, "Per second, and those of them that failed by why.")
            .ask(rate(metric::CACHE_LOAD), &[label::CACHE, label::ERROR]),
        Panel::lines(
            "Writes and evictions",
            Unit::PerSecond,
            "Entries that the program put in or took out, and that the cache let go.",
        )
        .ask_named("written", rate(metric::CACHE_WRITES), &[label::CACHE])
        .ask(rate(metric::CACHE_EVICTIONS), &[label::CACHE, label::CAUSE]),
        Panel::lines("Entries", Unit::Count, "In caches that tell, as those of moka do.")
            .ask(sum(metric::CACHE_ENTRIES), &[label::CACHE]),
    ]
}

fn redis() -> Vec<Panel> {
    let all = |series: Series| series.is(label::SYSTEM, "redis");
    vec![
        Panel::stack("Commands", Unit::PerSecond, "Commands and pipelines that ended, per second.")
            .ask(rate(all(of(metric::DB))), &[label::OPERATION]),
        Panel::lines("95 % of commands within", Unit::Seconds, "Until the reply was there.")
            .ask(quantile(0.95, all(of(metric::DB))), &[label::OPERATION]),
        Panel::lines("Errors of commands", Unit::PerSecond, "Per second, by why.")
            .ask(rate(all(failed(metric::DB))), &[label::OPERATION, label::ERROR]),
        Panel::lines(
            "Seconds per second by server",
            Unit::Count,
            "How many commands are under way at a time, on average.",
        )
        .ask(total(all(of(metric::DB))), &[label::SERVER]),
        Panel::lines(
            "Redirects",
            Unit::PerSecond,
            "Answers of a cluster's nodes that sent a command elsewhere.",
        )
        .ask(rate(metric::REDIRECTS), &[label::REDIRECT]),
    ]
}
