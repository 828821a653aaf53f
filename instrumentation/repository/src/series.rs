//! The key of a series.

use kymo_core::{Bounded, OTHER, Outcome, SeriesKey, key::AttributeKey};
use opentelemetry::KeyValue;

use crate::{key, repository_metrics::Vocabulary};

/// Everything a call is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationKey {
    pub(crate) repository: Bounded,
    pub(crate) method: Bounded,
    pub(crate) outcome: Outcome,
}

impl OperationKey {
    /// The attributes, in the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let error = match self.outcome {
            Outcome::Success => None,
            Outcome::Failed(error) => Some(vocabulary.errors.value(error)),
            Outcome::Cancelled => Some("cancelled".into()),
            Outcome::Panic => Some("panic".into()),
            Outcome::Timeout => Some(OTHER.into()),
        };
        let error = error.map(|error| key::ERROR_TYPE.of(error));
        let method = key::REPOSITORY_METHOD.of(vocabulary.methods.value(self.method));
        let repository = key::REPOSITORY_NAME.of(vocabulary.repositories.value(self.repository));
        error.into_iter().chain([method, repository]).collect()
    }
}

impl SeriesKey for OperationKey {
    /// First the error, then the method; that it failed, and of which repository, stays.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if matches!(self.outcome, Outcome::Failed(error) if error != Bounded::OTHER) {
            let outcome = Outcome::Failed(Bounded::OTHER);
            return Some((Self { outcome, ..self }, key::ERROR_TYPE));
        }
        if self.method != Bounded::OTHER {
            return Some((Self { method: Bounded::OTHER, ..self }, key::REPOSITORY_METHOD.key));
        }
        None
    }
}
