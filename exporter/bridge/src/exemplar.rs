//! The exemplars of a series, on their way out.

use std::time::SystemTime;

use kymo_core::Exemplar;
use kymo_exposition::{self as exposition, Label};

use crate::{
    label::{OwnedLabel, push_value},
    spelling::Spelling,
};

/// The exemplars of one series, as they are shown; the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown(Vec<One>);

#[derive(Debug, Clone)]
struct One {
    labels: Vec<OwnedLabel>,
    value: f64,
    time: Option<SystemTime>,
}

/// Labels of each exemplar, borrowed.
pub(crate) type Labels<'a> = Vec<Vec<Label<'a>>>;

impl Shown {
    /// Those of `exemplars`, with names of labels by `spelling`.
    pub(crate) fn new(mut exemplars: Vec<Exemplar>, spelling: Spelling) -> Self {
        exemplars.sort_by_key(|exemplar| exemplar.time);
        let shown = exemplars.iter().map(|exemplar| One {
            labels: labels(exemplar, spelling),
            value: exemplar.value,
            time: Some(exemplar.time),
        });
        Self(shown.collect())
    }

    /// A copy of exemplars that are shown already.
    pub(crate) fn copy<'a>(
        exemplars: impl IntoIterator<Item = &'a exposition::Exemplar<'a>>,
    ) -> Self {
        let copy = |exemplar: &exposition::Exemplar<'_>| One {
            labels: exemplar.labels.iter().copied().map(OwnedLabel::from).collect(),
            value: exemplar.value,
            time: exemplar.timestamp,
        };
        Self(exemplars.into_iter().map(copy).collect())
    }

    /// Takes in those of another series that becomes one with this.
    pub(crate) fn take_in(&mut self, other: Self) {
        self.0.extend(other.0);
        self.0.sort_by_key(|one| one.time);
    }

    /// The labels of each.
    pub(crate) fn labels(&self) -> Labels<'_> {
        // Most have none, and allocate nothing here.
        self.0.iter().map(|one| one.labels.iter().map(OwnedLabel::borrowed).collect()).collect()
    }

    /// All of them, with their `labels`.
    pub(crate) fn all<'a>(&self, labels: &'a Labels<'a>) -> Vec<exposition::Exemplar<'a>> {
        let all = self.0.iter().zip(labels).map(|(one, labels)| exposition::Exemplar {
            labels,
            value: one.value,
            timestamp: one.time,
        });
        all.collect()
    }
}

/// The latest of `exemplars` in each of the buckets that end at these `bounds`, and in the one above; empty
/// if there are none.
pub(crate) fn by_bucket<'a>(
    exemplars: &[exposition::Exemplar<'a>],
    bounds: &[f64],
) -> Vec<Option<exposition::Exemplar<'a>>> {
    if exemplars.is_empty() {
        return Vec::new();
    }
    let mut buckets = vec![None; bounds.len() + 1];
    for exemplar in exemplars {
        buckets[bounds.partition_point(|bound| *bound < exemplar.value)] = Some(*exemplar);
    }
    buckets
}

/// The labels of an exemplar: its trace and its span, and then the attributes that its series has not.
///
/// By the OpenTelemetry specification, "Prometheus and `OpenMetrics` compatibility", section Exemplars. They are as many
/// as the exemplar keeps: for how many there is room is for each format to say, and to count.
fn labels(exemplar: &Exemplar, spelling: Spelling) -> Vec<OwnedLabel> {
    let own = exemplar.trace.iter().flat_map(|trace| {
        [("trace_id", hexadecimal(&trace.trace_id())), ("span_id", hexadecimal(&trace.span_id()))]
    });
    let own = own.map(|(name, value)| OwnedLabel { name: name.to_owned(), value });
    let filtered = exemplar.filtered.iter().flat_map(|attributes| attributes.iter());
    let filtered = filtered.map(|attribute| {
        let mut value = String::new();
        push_value(&mut value, &attribute.value);
        OwnedLabel { name: spelling.label(attribute.key.as_str()), value }
    });
    own.chain(filtered).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |digit: u8| char::from(DIGITS[usize::from(digit)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}

#[cfg(test)]
mod tests {
    use kymo_core::{ExemplarFilter, ExemplarSlots, Exemplars, Serving, Trace};
    use opentelemetry::{InstrumentationScope, KeyValue};

    use super::*;

    const SENT: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn exemplars(filtered: &[KeyValue], values: &[f64]) -> Vec<Exemplar> {
        let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
        let spread = ExemplarSlots::Buckets([1.0, 2.0].into());
        let metric = all.metric(&InstrumentationScope::default(), "waited", "", spread);
        let _serving = Serving::enter(Trace::of_traceparent(SENT));
        for value in values {
            metric.observe(|| *value, &[], || filtered);
        }
        let mut found = Vec::new();
        metric.find(|| &[], &mut found);
        found
    }

    fn written(exemplars: Vec<Exemplar>, spelling: Spelling) -> Vec<(String, String)> {
        let shown = Shown::new(exemplars, spelling);
        let pair = |label: &OwnedLabel| (label.name.clone(), label.value.clone());
        shown.0[0].labels.iter().map(pair).collect()
    }

    #[test]
    fn labels_are_the_trace_and_then_all_that_a_view_dropped() {
        let long = "x".repeat(129);
        let filtered = [
            KeyValue::new("trace_id", "mine"),
            KeyValue::new("client.id", long.clone()),
            KeyValue::new("more", 7),
        ];
        let labels = written(exemplars(&filtered, &[0.5]), Spelling::Underscores);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [
            pair("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
            pair("span_id", "00f067aa0ba902b7"),
            pair("trace_id", "mine"),
            pair("client_id", &long),
            pair("more", "7"),
        ];
        assert_eq!(labels, expected);
    }

    #[test]
    fn labels_are_spelt_as_those_of_the_series() {
        let filtered = [KeyValue::new("client.id", 7)];
        let name = |spelling| written(exemplars(&filtered, &[0.5]), spelling).swap_remove(2).0;
        assert_eq!(name(Spelling::Underscores), "client_id");
        assert_eq!(name(Spelling::Utf8), "client.id");
    }

    #[test]
    fn each_bucket_has_the_exemplar_of_its_own_observation() {
        let shown = Shown::new(exemplars(&[], &[1.0, 7.0]), Spelling::Underscores);
        let labels = shown.labels();
        let all = shown.all(&labels);
        let values = |bounds: &[f64]| {
            let buckets = by_bucket(&all, bounds);
            buckets.iter().map(|one| one.map(|one| one.value)).collect::<Vec<_>>()
        };
        assert_eq!(values(&[1.0, 2.0]), [Some(1.0), None, Some(7.0)]);
        assert_eq!(values(&[0.5]), [None, Some(7.0)]);
        assert!(by_bucket(&[], &[1.0]).is_empty());
    }
}
