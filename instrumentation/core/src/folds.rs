//! The count of what was folded to `_OTHER`.

use opentelemetry::metrics::{BoundCounter, Meter};

use crate::{
    MetricSpec,
    key::{self, AttributeKey},
    metrics,
};

/// Counts the measurements of one metric whose attribute became `_OTHER`, in
/// `kymo.cardinality.folded`, from zero.
#[derive(Debug)]
pub struct Folds(Vec<(AttributeKey, BoundCounter<u64>)>);

impl Folds {
    /// Counts folds of `attributes` of `metric`; other attributes are not counted.
    pub fn new(meter: &Meter, metric: &MetricSpec, attributes: &[AttributeKey]) -> Self {
        let folded = metrics::CARDINALITY_FOLDED.counter(meter);
        let bound = attributes.iter().map(|attribute| {
            let counter = folded.bind(&[
                key::FOLDED_METRIC.of(metric.name),
                key::FOLDED_ATTRIBUTE.of(attribute.name),
            ]);
            (*attribute, counter)
        });
        Self(bound.collect())
    }

    /// Counts one measurement whose `attribute` was folded.
    pub fn count(&self, attribute: &AttributeKey) {
        if let Some((_, counter)) = self.0.iter().find(|(known, _)| known == attribute) {
            counter.add(1);
        }
    }
}
