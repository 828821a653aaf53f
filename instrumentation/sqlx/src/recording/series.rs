//! The keys that series are found by, and their attributes.

use std::sync::OnceLock;

use kymo_core::{Bounded, Outcome, PlaceKey, SeriesClass, SeriesKey, key::AttributeKey};
use opentelemetry::{KeyValue, metrics::BoundHistogram};

use crate::{
    database::failure::FAILURES, key, recording::recorder::Vocabulary, rows::changed::Changed,
};

/// Everything a finished operation is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationKey {
    pub(crate) place: PlaceKey,
    pub(crate) summary: Option<Bounded>,
    pub(crate) status: Option<Bounded>,
    pub(crate) outcome: Outcome,
}

/// The instruments of one finished operation.
#[derive(Debug)]
pub(crate) struct OperationSeries {
    pub(crate) duration: BoundHistogram<f64>,
    /// Bound when the first rows are counted: most statements return none.
    pub(crate) returned_rows: OnceLock<BoundHistogram<u64>>,
    /// Of this series, which may be one of folded operations.
    pub(crate) key: OperationKey,
}

impl OperationSeries {
    /// Whether it is one at `place`, of those that are named or of those that are not.
    pub(crate) fn is_at(&self, place: PlaceKey, is_named: bool) -> bool {
        self.key.place == place && self.key.summary.is_some() == is_named
    }
}

impl OperationKey {
    /// The attributes, in the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let mut attributes = vocabulary.places.attributes(self.place);
        if let Some(summary) = self.summary {
            attributes.push(key::DB_QUERY_SUMMARY.of(vocabulary.summaries.value(summary)));
        }
        if let Some(status) = self.status {
            attributes.push(key::DB_RESPONSE_STATUS_CODE.of(vocabulary.statuses.value(status)));
        }
        if let Some(error) = self.outcome.error_type(&FAILURES) {
            attributes.push(key::ERROR_TYPE.of(error.to_owned()));
        }
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes
    }
}

impl SeriesKey for OperationKey {
    /// First the server's code, then the summary; that it failed, and where, stays.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if self.status.is_some_and(|status| status != Bounded::OTHER) {
            let status = Some(Bounded::OTHER);
            return Some((Self { status, ..self }, key::DB_RESPONSE_STATUS_CODE.key));
        }
        if self.summary.is_some_and(|summary| summary != Bounded::OTHER) {
            let summary = Some(Bounded::OTHER);
            return Some((Self { summary, ..self }, key::DB_QUERY_SUMMARY.key));
        }
        None
    }

    /// A failure is to be seen with its statement, whatever else there is.
    fn class(&self) -> SeriesClass {
        let is_named = self.summary.is_some_and(|summary| summary != Bounded::OTHER);
        match self.outcome {
            Outcome::Success => SeriesClass::Ordinary,
            _ if is_named => SeriesClass::Operator,
            _ => SeriesClass::Ordinary,
        }
    }
}

/// Finds the counter of changed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ChangeKey {
    pub(crate) place: PlaceKey,
    pub(crate) changed: Changed,
}

impl ChangeKey {
    /// The attributes, in the order of their keys.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let mut attributes = vocabulary.places.attributes(self.place);
        attributes.push(key::DB_COLLECTION_NAME.of(vocabulary.tables.value(self.changed.table)));
        attributes.push(key::DB_OPERATION_NAME.of(self.changed.operation));
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes
    }
}

impl SeriesKey for ChangeKey {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if self.changed.table == Bounded::OTHER {
            return None;
        }
        let changed = Changed { table: Bounded::OTHER, ..self.changed };
        Some((Self { changed, ..self }, key::DB_COLLECTION_NAME.key))
    }
}

#[cfg(test)]
mod tests {
    use kymo_core::{Place, Places, ValueBudget};
    use opentelemetry::metrics::{MeterProvider as _, noop::NoopMeterProvider};

    use super::*;
    use crate::metrics;

    #[test]
    fn the_code_is_given_up_before_the_summary_and_the_error_is_kept() {
        let nowhere = Place { system: "sqlite", namespace: None, address: None, port: None };
        let meter = NoopMeterProvider::new().meter("test");
        let place = Places::new(&meter, &metrics::OPERATION_DURATION).bound(nowhere);
        let value = ValueBudget::uncounted(1).bound("value");
        let outcome = Outcome::Failed(FAILURES.bound("io"));
        let key = OperationKey { place, summary: Some(value), status: Some(value), outcome };
        let (once, attribute) = key.fold().unwrap();
        assert_eq!(once, OperationKey { status: Some(Bounded::OTHER), ..key });
        assert_eq!(attribute, key::DB_RESPONSE_STATUS_CODE.key);
        let (twice, attribute) = once.fold().unwrap();
        assert_eq!(twice, OperationKey { summary: Some(Bounded::OTHER), ..once });
        assert_eq!(attribute, key::DB_QUERY_SUMMARY.key);
        assert_eq!(twice.fold(), None);
    }
}
