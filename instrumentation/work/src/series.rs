//! The key of a series.

use kymo_core::{Bounded, Outcome, SeriesKey, ValueBudget, key::AttributeKey};
use opentelemetry::KeyValue;

use crate::key;

/// Everything a unit is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct WorkKey {
    pub(crate) name: Bounded,
    pub(crate) outcome: Outcome,
}

/// The names that are kept apart.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) names: ValueBudget,
    pub(crate) errors: ValueBudget,
}

impl WorkKey {
    /// The attributes, in the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let error = match self.outcome {
            Outcome::Success => None,
            Outcome::Failed(error) => Some(vocabulary.errors.value(error)),
            Outcome::Cancelled => Some("cancelled".into()),
            Outcome::Panic => Some("panic".into()),
            Outcome::Timeout => Some("timeout".into()),
        };
        let error = error.map(|error| key::ERROR_TYPE.of(error));
        let name = key::UNIT_OF_WORK_NAME.of(vocabulary.names.value(self.name));
        error.into_iter().chain([name]).collect()
    }
}

impl SeriesKey for WorkKey {
    /// The name of the error; that it failed, and of which unit, stays.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let folded = Self { outcome: Outcome::Failed(Bounded::OTHER), ..self };
        let is_named = matches!(self.outcome, Outcome::Failed(error) if error != Bounded::OTHER);
        is_named.then_some((folded, key::ERROR_TYPE))
    }
}
