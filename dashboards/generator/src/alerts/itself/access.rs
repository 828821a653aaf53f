//! Who may scrape.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{failed, increase, min, of},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![refused(), unfollowed(), expires()]
}

fn refused() -> Alert {
    let series = |error| of(metric::REFUSALS).is(label::ERROR, error);
    Alert {
        name: "ScrapersRefused",
        severity: Severity::Note,
        groups: &[label::JOB, label::INSTANCE],
        condition: increase(metric::REFUSALS).by(&[label::ERROR]).during(15).above(10.0),
        patience: 0,
        value: Value::Count,
        summary: "{instance} of {job} refuses scrapers: {1}",
        description: "{value} in 15 minutes. Somebody has the wrong password, or guesses.",
        keys: &[label::ERROR],
        meaning: "The rules of who may scrape kept somebody out, again and again.",
        first: increase(metric::REFUSALS).by(&[label::INSTANCE, label::ERROR]).during(60),
        remedy: "kymo does not log who it was; what stands before the service does. If it is a server of yours, compare \
                 its job with [the document about security](security.md); if it is not, they did not get in.",
        fires: Case::default()
            .with(series("credentials"), "0+1x120")
            .reads("15", &[(label::INSTANCE, "one"), (label::ERROR, "credentials")]),
        quiet: Case::default().with(series("credentials"), "0x50 5x70"),
    }
}

fn unfollowed() -> Alert {
    let series = |error| of(metric::RELOADS).is(label::ERROR, error);
    Alert {
        name: "AccessRulesNotFollowed",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: increase(failed(metric::RELOADS)).by(&[label::ERROR]).during(60).above(0.0),
        patience: 0,
        value: Value::Count,
        summary: "{instance} of {job} does not follow a change of who may scrape: {1}",
        description: "The rules of before stay in force.",
        keys: &[label::ERROR],
        meaning: "A file of the rules was changed, and what it says now is broken, or would let in everybody.",
        first: increase(metric::RELOADS).by(&[label::INSTANCE, label::ERROR]).during(60),
        remedy: "The log says what is wrong with the file. Mend it: it is looked at again by itself.",
        fires: Case::default()
            .with(series("broken"), "0x40 1x80")
            .reads("1", &[(label::INSTANCE, "one"), (label::ERROR, "broken")]),
        quiet: Case::default().with(series(""), EACH_SECOND).with(series("broken"), "1x120"),
    }
}

fn expires() -> Alert {
    Alert {
        name: "CertificateExpires",
        severity: Severity::Ticket,
        groups: &[label::JOB, label::INSTANCE],
        condition: min(metric::CERTIFICATE).minus(Query::Now).below(1_209_600.0),
        patience: 0,
        value: Value::Seconds,
        summary: "The certificate of the metrics of {instance} expires in {value}",
        description: "From then on, no server scrapes {job} there.",
        keys: &[],
        meaning: "The certificate of the metrics' own listener, or the first of its chain, has less than 14 days left.",
        first: min(metric::CERTIFICATE).by(&[label::INSTANCE]),
        remedy: "Put a new one in its place: the file is watched, and no restart is needed.",
        // An hour and ten days, and an hour and 20: promtool begins in 1970.
        fires: Case::default()
            .with(metric::CERTIFICATE, "867600x120")
            .reads("10d 0h 0m 0s", &[(label::INSTANCE, "one")]),
        quiet: Case::default().with(metric::CERTIFICATE, "1731600x120"),
    }
}
