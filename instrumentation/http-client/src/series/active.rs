//! The series of a request under way.

use kymo_core::{Bounded, SeriesKey, key::AttributeKey};
use opentelemetry::KeyValue;

use crate::{
    key,
    vocabulary::{self, Vocabulary},
};

/// Everything a request under way is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ActiveKey {
    pub(crate) method: Bounded,
    pub(crate) address: Option<Bounded>,
    pub(crate) port: Option<Bounded>,
    /// Absent where it is not shown.
    pub(crate) scheme: Option<Bounded>,
    pub(crate) template: Option<Bounded>,
}

impl ActiveKey {
    /// The attributes of a request under way, in the order of their keys: the SDK stores any other order
    /// twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        [
            Some(vocabulary.method(self.method)),
            self.address.map(|address| vocabulary.address(address)),
            self.port.map(|port| vocabulary.port(port)),
            self.scheme.map(vocabulary::scheme),
            self.template.map(|template| vocabulary.template(template)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The same key with its template turned into `_OTHER`, then its address, then its port.
    pub(super) fn fold_target(self) -> Option<(Self, AttributeKey)> {
        let other = Some(Bounded::OTHER);
        if self.template.is_some() && self.template != other {
            return Some((Self { template: other, ..self }, key::URL_TEMPLATE.key));
        }
        if self.address.is_some() && self.address != other {
            return Some((Self { address: other, ..self }, key::TARGET_ADDRESS.key));
        }
        let is_known = self.port.is_some() && self.port != other;
        is_known.then_some((Self { port: other, ..self }, key::TARGET_PORT.key))
    }

    pub(super) fn fold_scheme(self) -> Option<(Self, AttributeKey)> {
        let other = Some(Bounded::OTHER);
        let is_known = self.scheme.is_some() && self.scheme != other;
        is_known.then_some((Self { scheme: other, ..self }, key::URL_SCHEME))
    }

    pub(super) fn fold_method(self) -> Option<(Self, AttributeKey)> {
        let is_known = self.method != Bounded::OTHER;
        is_known.then_some((Self { method: Bounded::OTHER, ..self }, key::HTTP_REQUEST_METHOD))
    }

    /// Whether its address keeps its name, or there is none.
    pub(super) fn has_address(self) -> bool {
        self.address != Some(Bounded::OTHER)
    }

    /// Whether it is one of many: by an address or a template that keeps its name.
    pub(super) fn is_one_of_many(self) -> bool {
        let is_named = |value: Option<Bounded>| value.is_some_and(|value| value != Bounded::OTHER);
        is_named(self.address) || is_named(self.template)
    }
}

impl SeriesKey for ActiveKey {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        self.fold_scheme().or_else(|| self.fold_target()).or_else(|| self.fold_method())
    }

    fn is_shared(&self) -> bool {
        !self.is_one_of_many()
    }
}
