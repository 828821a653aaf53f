//! The count of one attribute that was folded.

use std::sync::OnceLock;

use opentelemetry::metrics::{BoundCounter, Counter, Meter};

use crate::{
    MetricSpec,
    key::{self, AttributeKey, Values},
    metrics,
};

/// Counts the measurements of one metric whose attribute became `_OTHER`, in
/// `kymo.cardinality.folded`: for a [`ValueBudget`](crate::ValueBudget) of the attribute's values.
///
/// An attribute with a budget is there from the start, at zero, so that its first fold is a rate.
/// A closed one appears with its first fold: it is folded only when series run out altogether.
#[derive(Debug)]
pub struct Fold {
    attribute: AttributeKey,
    metric: &'static str,
    folded: Counter<u64>,
    counter: OnceLock<BoundCounter<u64>>,
}

impl Fold {
    /// Counts folds of `attribute` in `metric`, with an instrument of `meter`.
    pub fn new(meter: &Meter, metric: &MetricSpec, attribute: AttributeKey) -> Self {
        let fold = Self {
            attribute,
            metric: metric.name,
            folded: metrics::CARDINALITY_FOLDED.counter(meter),
            counter: OnceLock::new(),
        };
        if matches!(attribute.values, Values::Budget(_)) {
            fold.counter();
        }
        fold
    }

    /// The attribute whose folds it counts.
    pub(crate) fn attribute(&self) -> &AttributeKey {
        &self.attribute
    }

    /// Counts one measurement.
    pub(crate) fn count(&self) {
        self.counter().add(1);
    }

    fn counter(&self) -> &BoundCounter<u64> {
        self.counter.get_or_init(|| {
            let attribute = key::FOLDED_ATTRIBUTE.of(self.attribute.name);
            self.folded.bind(&[attribute, key::FOLDED_METRIC.of(self.metric)])
        })
    }
}
