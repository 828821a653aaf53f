//! The series of an exchange under way.

use kymo_core::{Bounded, KnownValues};
use opentelemetry::KeyValue;

use crate::{
    scheme::{self, SCHEMES},
    vocabulary::Vocabulary,
};

/// Everything an exchange under way is described by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActiveKey {
    pub(crate) method: Bounded,
    pub(crate) scheme: Bounded,
}

impl ActiveKey {
    /// How many keys there are with these methods.
    pub(crate) fn count(methods: &KnownValues) -> usize {
        (methods.len() + 1) * (SCHEMES.len() + 1)
    }

    /// A number for each key, below their count.
    pub(crate) fn index(self) -> usize {
        usize::from(self.method.index()) * (SCHEMES.len() + 1) + usize::from(self.scheme.index())
    }

    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        vec![vocabulary.method(self.method), scheme::attribute(self.scheme)]
    }
}
