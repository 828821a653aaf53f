//! The count of one attribute that was folded.

use std::{borrow::Cow, sync::OnceLock};

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
    attribute: Cow<'static, str>,
    metric: Cow<'static, str>,
    folded: Counter<u64>,
    counter: OnceLock<BoundCounter<u64>>,
}

impl Fold {
    /// Counts folds of `attribute` in `metric`, with an instrument of `meter`.
    pub fn new(meter: &Meter, metric: &MetricSpec, attribute: AttributeKey) -> Self {
        let fold = Self::make(meter, metric.name.into(), attribute.name.into());
        if matches!(attribute.values, Values::Budget(_)) {
            fold.counter();
        }
        fold
    }

    /// Counts folds of an attribute that was given a budget in a metric that no constant names, such as
    /// by a view; with an instrument of `meter`.
    pub fn named(meter: &Meter, metric: String, attribute: String) -> Self {
        let fold = Self::make(meter, metric.into(), attribute.into());
        fold.counter();
        fold
    }

    fn make(meter: &Meter, metric: Cow<'static, str>, attribute: Cow<'static, str>) -> Self {
        let folded = metrics::CARDINALITY_FOLDED.counter(meter);
        Self { attribute, metric, folded, counter: OnceLock::new() }
    }

    /// The attribute whose folds it counts, by its name.
    pub(crate) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// Counts one measurement.
    pub fn count(&self) {
        self.counter().add(1);
    }

    fn counter(&self) -> &BoundCounter<u64> {
        self.counter.get_or_init(|| {
            let attribute = key::FOLDED_ATTRIBUTE.of(self.attribute.clone());
            self.folded.bind(&[attribute, key::FOLDED_METRIC.of(self.metric.clone())])
        })
    }
}
