//! What the metrics of our own say of other metrics.

use std::fmt::Write;

use kymo_exposition::{Number, Series, Value};

/// A series that counts measurements that are not what they could be: folded, cut or missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) family: String,
    /// Such as `kymo_cardinality_metric=http.server.request.duration`.
    pub(crate) labels: String,
    pub(crate) count: u64,
}

impl Note {
    /// Whether series of `family` are notes.
    pub(crate) fn is_in(family: &str) -> bool {
        // A telemetry may have a prefix of its own, and other suffixes.
        NOTED.iter().any(|name| family.contains(name))
    }

    /// The note that a series is of `family`, which [has them](Note::is_in); nothing if it counts nothing.
    pub(crate) fn of(family: &str, series: &Series<'_>) -> Option<Self> {
        let Value::Number(number, _) = series.value else { return None };
        let count = match number {
            Number::U64(count) => count,
            Number::I64(count) => count.try_into().unwrap_or(0),
            // A counter of a `prometheus::Registry`; no count of ours is that long.
            Number::F64(count) => format!("{count:.0}").parse().unwrap_or(0),
        };
        if count == 0 {
            return None;
        }
        let mut labels = String::new();
        // Those of the scope say nothing of what happened.
        let telling = series.labels.iter().filter(|label| !label.name.starts_with("otel_"));
        for label in telling {
            let comma = if labels.is_empty() { "" } else { ", " };
            // Nothing can go wrong: it is in memory.
            let _ = write!(labels, "{comma}{}={}", label.name, label.value);
        }
        Some(Self { family: family.to_owned(), labels, count })
    }
}

/// The counters of core, as Prometheus names them.
const NOTED: &[&str] = &["kymo_cardinality_folded", "kymo_cardinality_cut", "kymo_callback_missed"];

#[cfg(test)]
mod tests {
    use kymo_core::metrics;
    use kymo_exposition::Label;

    use super::*;

    fn note(family: &str, number: Number) -> Option<Note> {
        let labels = [
            Label::new("kymo_cardinality_attribute", "http.route"),
            Label::new("kymo_cardinality_metric", "requests"),
            Label::new("otel_scope_name", "kymo-http"),
        ];
        let value = Value::Number(number, None);
        if !Note::is_in(family) {
            return None;
        }
        Note::of(family, &Series { labels: &labels, start_time: None, timestamp: None, value })
    }

    #[test]
    fn counters_of_core_that_have_counted_are_notes_unless_nothing_was_lost() {
        assert_eq!(note("kymo_http_server_request_outside_total", Number::U64(7)), None);
        for metric in metrics::ALL.iter().filter(|metric| metric.name != metrics::OUTSIDE.name) {
            let family = format!("{}_total", metric.name.replace('.', "_"));
            let labels = "kymo_cardinality_attribute=http.route, kymo_cardinality_metric=requests";
            let expected = Note { family: family.clone(), labels: labels.to_owned(), count: 7 };
            for number in [Number::U64(7), Number::I64(7), Number::F64(7.0)] {
                assert_eq!(note(&family, number), Some(expected.clone()));
            }
            assert_eq!(note(&family, Number::U64(0)), None);
        }
        assert_eq!(note("up", Number::U64(7)), None);
    }
}
