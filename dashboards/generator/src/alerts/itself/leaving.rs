//! Scrapes and pushes that fail.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{failed, increase, max, of, rate},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![down(), scrapes(), pushes()]
}

fn down() -> Alert {
    Alert {
        name: "TargetDown",
        severity: Severity::Page,
        groups: &[label::JOB, label::INSTANCE],
        condition: Query::Up.equals(0.0),
        patience: 5,
        value: Value::Count,
        summary: "{instance} of {job} does not answer scrapes",
        description: "Nothing is known of it. It is down, or refuses this server.",
        keys: &[],
        meaning: "The server could not scrape the target for five minutes.",
        first: max(metric::UPTIME).by(&[label::INSTANCE]),
        remedy: "The page of targets of the server has the error. `401` and `403` are the rules of who may scrape: \
                 [the document about security](security.md). A time-out with a process that runs is a page that takes \
                 too long: [ScrapesFail](#scrapesfail).",
        fires: Case::default().up("1x20 0x100").reads("0", &[(label::INSTANCE, "one")]),
        quiet: Case::default().up("1x57 0x60"),
    }
}

fn scrapes() -> Alert {
    let series =
        |error| of(metric::SCRAPES).is(label::FORMAT, "text/0.0.4").is(label::ERROR, error);
    Alert {
        name: "ScrapesFail",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: increase(failed(metric::SCRAPES)).by(&[label::ERROR]).during(15).above(1.0),
        patience: 2,
        value: Value::Count,
        summary: "Scrapes of {instance} fail: {1}",
        description: "{value} of {job} in 15 minutes got no page, or not all of it.",
        keys: &[label::ERROR],
        meaning: "A scrape that was let in did not get its page.",
        first: increase(failed(metric::SCRAPES))
            .by(&[label::INSTANCE, label::FORMAT, label::ERROR])
            .during(60),
        remedy: "`timeout` and `panic` are those of a source: a callback of the program's, or a collector of another \
                 crate. `busy` are too many scrapers at a time. `cancelled` and `withdrawn` are scrapers that gave \
                 up, or read too slowly: compare their time-out with the time of a scrape on the board of kymo itself.",
        fires: Case::default()
            .with(series("timeout"), "0+1x120")
            .reads("15", &[(label::INSTANCE, "one"), (label::ERROR, "timeout")]),
        quiet: Case::default().with(series(""), EACH_SECOND).with(series("timeout"), "3x120"),
    }
}

fn pushes() -> Alert {
    let series = |error| {
        of(metric::PUSHED)
            .is(label::COMPONENT, "otlp_http_metric_exporter/0")
            .is(label::ERROR, error)
    };
    Alert {
        name: "PushesFail",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: rate(failed(metric::PUSHED))
            .part_of(rate(metric::PUSHED))
            .by(&[label::COMPONENT])
            .during(15)
            .above(0.1),
        patience: 10,
        value: Value::Part,
        summary: "{value} of what {job} pushes does not arrive",
        description: "It is what {1} pushes. Sums that come later make up for it; levels in between are lost.",
        keys: &[label::COMPONENT],
        meaning: "More than 10 % of the points that a service pushes over OTLP fail, after all tries. It is seen by scrape, \
                  or after the pushes work again.",
        first: rate(failed(metric::PUSHED)).by(&[label::COMPONENT, label::ERROR]),
        remedy: "`connection` and `timeout` are the way to the collector. A status of 4xx, `rejected` and `foreign` are its \
                 answers: the address, the headers, or a limit of it. `too_large` is a push that it does not take.",
        fires: Case::default()
            .with(series(""), EACH_SECOND)
            .with(series("connection"), EACH_SECOND)
            .reads("50%", &[(label::COMPONENT, "otlp_http_metric_exporter/0")]),
        quiet: Case::default().with(series(""), EACH_SECOND).with(series("connection"), "0+1x120"),
    }
}
