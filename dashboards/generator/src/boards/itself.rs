//! What kymo does, and what it could not measure or pass on.

use crate::{
    Board, Panel, Query, Unit,
    board::row,
    label, metric,
    query::{mean, min, quantile, rate, sum},
};

pub(super) fn board() -> Board {
    Board {
        name: "itself",
        title: "kymo / Itself",
        description: "Scrapes and pushes, what they lacked, and what was folded, cut or missed.",
        subject: metric::FOLDED,
        rows: vec![
            row("Scrapes", scrapes()),
            row("What is not in the numbers", lacking()),
            row("Who may scrape", access()),
            row("Pushes", pushes()),
        ],
    }
}

fn scrapes() -> Vec<Panel> {
    vec![
        Panel::stack("Scrapes", Unit::PerSecond, "Per second, by format, and why they failed.")
            .ask(rate(metric::SCRAPES), &[label::FORMAT, label::ERROR]),
        Panel::lines(
            "95 % of scrapes within",
            Unit::Seconds,
            "Until the last of the page was handed over.",
        )
        .ask(quantile(0.95, metric::SCRAPE), &[label::INSTANCE]),
        Panel::lines("Collection", Unit::Seconds, "For a scrape or a push, on average.")
            .ask(mean(metric::COLLECTION), &[label::INSTANCE, label::COMPONENT]),
        Panel::lines(
            "Size of a page",
            Unit::Bytes,
            "As it is sent, compressed or not, on average.",
        )
        .ask(mean(metric::SCRAPE_SIZE), &[label::INSTANCE, label::FORMAT]),
        Panel::stack(
            "Series by family",
            Unit::Count,
            "On the page. The largest family is the first to look at.",
        )
        .ask(sum(metric::SCRAPE_SERIES), &[label::FAMILY]),
    ]
}

fn lacking() -> Vec<Panel> {
    vec![
        Panel::lines("Folded", Unit::PerSecond, "Measurements whose value became `_OTHER`, because it exceeded the budget of its attribute.")
            .ask(rate(metric::FOLDED), &[label::FOLDED_METRIC, label::FOLDED_ATTRIBUTE]),
        Panel::lines("Cut", Unit::PerSecond, "Measurements with a value that was too long.")
            .ask(rate(metric::CUT), &[label::FOLDED_METRIC]),
        Panel::lines("Lost on the way", Unit::PerSecond, "What readings lacked of what was measured.")
            .ask(rate(metric::LOSSES), &[label::ERROR]),
        Panel::lines("Left out of pages", Unit::PerSecond, "Series that cannot be written, or had no room.")
            .ask(rate(metric::LEFT_OUT), &[label::ERROR]),
        Panel::lines("Callbacks missed", Unit::PerSecond, "That panicked, or did not return in time.")
            .ask(rate(metric::MISSED), &[label::CALLBACK, label::ERROR]),
        Panel::lines("Events unread", Unit::PerSecond, "Of sqlx, that could not be read, or not whole.")
            .ask(rate(metric::EVENTS_UNREAD), &[]),
        Panel::lines(
            "Lost by the facade",
            Unit::PerSecond,
            "Observations through the facade `metrics` that are in no metric, and descriptions that changed nothing.",
        )
        .ask_named("observations", rate(metric::FACADE_LOST), &[label::FACADE_LOSS])
        .ask_named("descriptions", rate(metric::FACADE_UNUSED), &[label::FACADE_DESCRIPTION]),
    ]
}

fn access() -> Vec<Panel> {
    vec![
        Panel::lines(
            "Refused",
            Unit::PerSecond,
            "Scrapes and connections that were not let in, by why.",
        )
        .ask(rate(metric::REFUSALS), &[label::ERROR]),
        Panel::lines(
            "Changes of the rules",
            Unit::PerSecond,
            "Those with an error were not followed.",
        )
        .ask(rate(metric::RELOADS), &[label::ERROR]),
        Panel::lines("Certificate expires in", Unit::Seconds, "Of the metrics' own listener.")
            .ask(min(metric::CERTIFICATE).minus(Query::Now), &[label::INSTANCE]),
        Panel::lines("Listeners", Unit::Count, "Of the metrics' own, that are open.")
            .ask(sum(metric::LISTENERS), &[label::INSTANCE]),
    ]
}

fn pushes() -> Vec<Panel> {
    vec![
        Panel::lines(
            "Pushes",
            Unit::PerSecond,
            "Per second, after the last try, and why they failed.",
        )
        .ask(rate(metric::PUSH), &[label::COMPONENT, label::ERROR]),
        Panel::lines("Time of a push", Unit::Seconds, "With all its tries, on average.")
            .ask(mean(metric::PUSH), &[label::COMPONENT]),
        Panel::lines("Points", Unit::PerSecond, "That were pushed, and why not.")
            .ask(rate(metric::PUSHED), &[label::COMPONENT, label::ERROR]),
        Panel::lines("Points on their way", Unit::Count, "Of the push that is under way.")
            .ask(sum(metric::PUSH_INFLIGHT), &[label::COMPONENT]),
    ]
}
