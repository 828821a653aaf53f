//! What was measured otherwise than it should, or not at all.

use crate::{
    Alert, Case, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{increase, of, rate, sum},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![folded(), lost(), missed(), unread(), facade()]
}

fn folded() -> Alert {
    let series = || {
        of(metric::FOLDED)
            .is(label::FOLDED_METRIC, metric::HTTP)
            .is(label::FOLDED_ATTRIBUTE, label::ROUTE)
    };
    Alert {
        name: "CardinalityFolded",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: increase(metric::FOLDED)
            .by(&[label::FOLDED_METRIC, label::FOLDED_ATTRIBUTE])
            .during(15)
            .above(0.0),
        patience: 5,
        value: Value::Count,
        summary: "Values of {2} of {job} exceed their budget",
        description: "{value} measurements of {1} were recorded as `_OTHER` in 15 minutes. None is lost, but they cannot be \
                      told apart.",
        keys: &[label::FOLDED_METRIC, label::FOLDED_ATTRIBUTE],
        meaning: "An attribute had more values than it may have. New ones are counted together from then on, until the \
                  process ends.",
        first: sum(metric::SCRAPE_SERIES).by(&[label::FAMILY]),
        remedy: "If the values are as many as there should be, raise the budget where the instrumentation is made. If not, \
                 something that clients choose has become a value: a path instead of a route, or an id in the name of a \
                 statement. What clients alone choose fills half of the room at most.",
        fires: Case::default().with(series(), "0+1x120").reads(
            "15",
            &[(label::FOLDED_METRIC, metric::HTTP), (label::FOLDED_ATTRIBUTE, label::ROUTE)],
        ),
        quiet: Case::default().with(series(), "0x120"),
    }
}

fn lost() -> Alert {
    let series = |error| of(metric::LOSSES).is(label::ERROR, error);
    // A page without them has all numbers.
    let lost = of(metric::LOSSES).matches_not(label::ERROR, "kind|unit");
    Alert {
        name: "MeasurementsLost",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: increase(lost).by(&[label::ERROR]).during(15).above(0.0),
        patience: 5,
        value: Value::Count,
        summary: "Pages of {instance} of {job} lack what was measured: {1}",
        description: "{value} times in 15 minutes; each reading counts it again.",
        keys: &[label::ERROR],
        meaning: "Something was measured and is not on the page, or with less than was measured.",
        first: increase(metric::LEFT_OUT).by(&[label::ERROR]).during(60),
        remedy: "The log names each once. `type_conflict` are two metrics of one name that are not alike, \
                 `duplicate_series` two series that cannot be told apart, `overflow` more series than the SDK keeps, \
                 and `collector_panicked` one of another crate. `sum`, `count`, `exemplar` and `exemplar_label` are what the \
                 format of one scraper cannot say of a series that is there, such as the sum of numbers below zero.",
        fires: Case::default()
            .with(series("type_conflict"), "0+1x120")
            .reads("15", &[(label::INSTANCE, "one"), (label::ERROR, "type_conflict")]),
        quiet: Case::default()
            .with(series("type_conflict"), "0x120")
            .with(series("unit"), "0+1x120"),
    }
}

fn missed() -> Alert {
    let series =
        || of(metric::MISSED).is(label::CALLBACK, "queue.depth").is(label::ERROR, "timeout");
    Alert {
        name: "CallbackMissed",
        severity: Severity::Note,
        groups: &[label::JOB],
        condition: increase(metric::MISSED)
            .by(&[label::CALLBACK, label::ERROR])
            .during(15)
            .above(0.0),
        patience: 5,
        value: Value::Count,
        summary: "The callback of {1} of {job} observes nothing: {2}",
        description: "{value} times in 15 minutes. The metric has a gap so long.",
        keys: &[label::CALLBACK, label::ERROR],
        meaning: "A callback of the program's did not return in time, or panicked.",
        first: rate(metric::MISSED).by(&[label::CALLBACK, label::ERROR]),
        remedy: "A callback must not wait: have it read what a task of the program keeps up to date. Of a panic, the log has \
                 the message.",
        fires: Case::default()
            .with(series(), "0+1x120")
            .reads("15", &[(label::CALLBACK, "queue.depth"), (label::ERROR, "timeout")]),
        quiet: Case::default().with(series(), "2x120"),
    }
}

fn unread() -> Alert {
    Alert {
        name: "EventsUnread",
        severity: Severity::Note,
        groups: &[label::JOB],
        condition: increase(metric::EVENTS_UNREAD).during(60).above(0.0),
        patience: 0,
        value: Value::Count,
        summary: "{job} cannot read the events of sqlx",
        description: "{value} in an hour. Statements that go round the measured pool may be missed.",
        keys: &[],
        meaning: "sqlx tells of statements in a form that this version of kymo does not know.",
        first: increase(metric::EVENTS_UNREAD).during(60),
        remedy: "See whether sqlx was updated, and whether there is a version of kymo for it.",
        fires: Case::default().with(metric::EVENTS_UNREAD, EACH_SECOND).reads("3.6k", &[]),
        quiet: Case::default().with(metric::EVENTS_UNREAD, "0x120"),
    }
}

fn facade() -> Alert {
    let series = || of(metric::FACADE_LOST).is(label::FACADE_LOSS, "kind");
    Alert {
        name: "FacadeLosesObservations",
        severity: Severity::Note,
        groups: &[label::JOB],
        condition: increase(metric::FACADE_LOST).by(&[label::FACADE_LOSS]).during(60).above(0.0),
        patience: 0,
        value: Value::Count,
        summary: "{job} loses what it records through the facade `metrics`: {1}",
        description: "{value} observations in an hour.",
        keys: &[label::FACADE_LOSS],
        meaning: "What the macros of the crate `metrics` record is in no metric, by cause.",
        first: increase(metric::FACADE_LOST).by(&[label::FACADE_LOSS]).during(60),
        remedy: "`kind` is one name for two kinds of metric, `name_limit` are too many names, `not_finite` are values \
                 that are no numbers, `callback` is a metric that is first used in a callback, `overflow` is a counter \
                 that exceeds the greatest number of OTLP, and `many` is `record_many` of more than 100,000 times.",
        fires: Case::default()
            .with(series(), "0+1x120")
            .reads("60", &[(label::FACADE_LOSS, "kind")]),
        quiet: Case::default().with(series(), "0x120"),
    }
}
