//! The keys that series are found by, and their attributes.

use std::sync::OnceLock;

use kymo_core::{Bounded, PlaceKey, Places, SeriesKey, ValueBudget, key::AttributeKey};
use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundHistogram},
};

use crate::key;

/// Everything a statement is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StatementKey {
    pub(crate) place: PlaceKey,
    pub(crate) summary: Option<Bounded>,
}

/// The instruments of one kind of statement.
#[derive(Debug)]
pub(crate) struct StatementSeries {
    /// Bound when the first one is recorded, which may be by somebody else.
    pub(crate) duration: OnceLock<BoundHistogram<f64>>,
    /// Bound when the first rows are counted: most statements return none.
    pub(crate) returned_rows: OnceLock<BoundHistogram<u64>>,
    /// Bound when the first one goes round a measured pool.
    pub(crate) unmeasured: OnceLock<BoundCounter<u64>>,
    /// Of this series, which may be one of folded statements.
    pub(crate) key: StatementKey,
}

impl StatementKey {
    /// The attributes, in the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, places: &Places, summaries: &ValueBudget) -> Vec<KeyValue> {
        let mut attributes = places.attributes(self.place);
        if let Some(summary) = self.summary {
            attributes.push(key::DB_QUERY_SUMMARY.of(summaries.value(summary)));
        }
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes
    }
}

impl SeriesKey for StatementKey {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        self.summary.filter(|summary| *summary != Bounded::OTHER)?;
        let summary = Some(Bounded::OTHER);
        Some((Self { summary, ..self }, key::DB_QUERY_SUMMARY.key))
    }
}
