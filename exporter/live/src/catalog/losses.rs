//! Sections of the metrics themselves: who reads them, and what of them is not what it could be.

use super::program::{ERROR_SHARE, ERRORS, MEDIAN, P99, RATE, TOTAL};
use crate::section::{Column, Feed, Kept, Metric, Rows, Section, To, Unit, Value};

/// Scrapes.
pub(crate) const SCRAPES: Section = Section {
    id: "scrapes",
    title: "Scrapes",
    feature: "prometheus",
    key: &[("kymo.scrape.format", "format")],
    rows: Rows::Keyed,
    feeds: &[Feed::new(Metric::histogram("kymo.scrape.duration"), To::Timed)],
    columns: &[RATE, ERROR_SHARE, MEDIAN, P99, TOTAL, ERRORS],
    spared: &["cancelled"],
    order: 0,
};

const LOST: usize = 0;

const fn lost(name: &'static str, unit: &'static str) -> Feed {
    Feed::new(Metric::counter(name, unit), To::Slot(LOST))
}

/// What was folded, lost or not measured.
pub(crate) const LOSSES: Section = Section {
    id: "losses",
    title: "Folded, lost or not measured",
    feature: "",
    key: &[("", "counter"), ("", "of")],
    rows: Rows::Lossy,
    feeds: &[
        lost("kymo.cardinality.folded", "{measurement}"),
        lost("kymo.cardinality.cut", "{measurement}"),
        lost("kymo.callback.missed", "{call}"),
        lost("kymo.scrape.losses", "{measurement}"),
        lost("kymo.scrape.series.left_out", "{series}"),
        lost("kymo.endpoint.refusals", "{refusal}"),
        lost("kymo.facade.lost", "{observation}"),
        lost("kymo.db.unmeasured.operations", "{operation}"),
        lost("kymo.db.events.unread", "{event}"),
        lost("kymo.db.connection.direct_uses", "{use}"),
        lost("kymo.db.connection.untimed", "{connection}"),
        lost("kymo.migration.read.errors", "{error}"),
    ],
    columns: &[
        Column::new("rate", "rate", Unit::PerSecond, Value::Rate(&[LOST])).kept(Kept::Rows),
        Column::new("total", "in all", Unit::Number, Value::Latest(LOST)),
    ],
    spared: &[],
    order: 0,
};
