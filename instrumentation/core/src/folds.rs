//! The count of what was folded to `_OTHER`.

use std::sync::OnceLock;

use opentelemetry::metrics::{BoundCounter, Counter, Meter};

use crate::{
    MetricSpec,
    key::{self, AttributeKey, Values},
    metrics,
};

/// Counts the measurements of one metric whose attribute became `_OTHER`, in
/// `kymo.cardinality.folded`.
///
/// An attribute with a budget is there from the start, at zero, so that its first fold is a rate.
/// A closed one appears with its first fold: it is folded only when series run out altogether.
#[derive(Debug)]
pub struct Folds {
    metric: &'static str,
    folded: Counter<u64>,
    attributes: Vec<(AttributeKey, OnceLock<BoundCounter<u64>>)>,
}

impl Folds {
    /// Counts folds of `attributes` of `metric`; other attributes are not counted.
    pub fn new(meter: &Meter, metric: &MetricSpec, attributes: &[AttributeKey]) -> Self {
        let folds = Self {
            metric: metric.name,
            folded: metrics::CARDINALITY_FOLDED.counter(meter),
            attributes: attributes.iter().map(|attribute| (*attribute, OnceLock::new())).collect(),
        };
        for (attribute, counter) in &folds.attributes {
            if matches!(attribute.values, Values::Budget(_)) {
                counter.get_or_init(|| folds.bind(attribute));
            }
        }
        folds
    }

    /// Counts one measurement whose `attribute` was folded.
    pub fn count(&self, attribute: &AttributeKey) {
        let counter = self.attributes.iter().find(|(known, _)| known == attribute);
        debug_assert!(counter.is_some(), "{} is folded and not counted", attribute.name);
        if let Some((_, counter)) = counter {
            counter.get_or_init(|| self.bind(attribute)).add(1);
        }
    }

    fn bind(&self, attribute: &AttributeKey) -> BoundCounter<u64> {
        self.folded
            .bind(&[key::FOLDED_ATTRIBUTE.of(attribute.name), key::FOLDED_METRIC.of(self.metric)])
    }
}
