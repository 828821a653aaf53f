//! The counts of the attributes that a series cache folds.

use opentelemetry::metrics::Meter;

use crate::{Fold, MetricSpec, key::AttributeKey};

/// Counts the attributes that a [`SeriesCache`](crate::SeriesCache) folds when its series run out; a
/// [`Fold`] for each.
#[derive(Debug)]
pub struct Folds(Vec<Fold>);

impl Folds {
    /// Counts folds of `attributes` of `metric`: those that the keys of the cache fold.
    pub fn new(meter: &Meter, metric: &MetricSpec, attributes: &[AttributeKey]) -> Self {
        Self(attributes.iter().map(|attribute| Fold::new(meter, metric, *attribute)).collect())
    }

    /// Counts one measurement whose `attribute` was folded.
    pub(crate) fn count(&self, attribute: &AttributeKey) {
        let fold = self.0.iter().find(|fold| fold.attribute() == attribute.name);
        debug_assert!(fold.is_some(), "{} is folded and not counted", attribute.name);
        if let Some(fold) = fold {
            fold.count();
        }
    }
}
