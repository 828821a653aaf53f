//! The series of a finished request.

use std::hash::{Hash, Hasher};

use kymo_core::{Bounded, OTHER, Outcome};
use opentelemetry::KeyValue;

use super::{ActiveKey, Status};
use crate::{failure::FAILURES, key, version::VERSIONS, vocabulary::Vocabulary};

/// Everything a finished request is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExchangeKey {
    /// The description of the request while it was under way.
    pub(crate) active: ActiveKey,
    pub(crate) version: Option<Bounded>,
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
}

impl ExchangeKey {
    /// A request of which nothing is known but what `active` says.
    pub(crate) fn new(active: ActiveKey) -> Self {
        Self { active, version: None, status: Status::NotReceived, outcome: Outcome::Cancelled }
    }

    /// The attributes of a finished request, as the HTTP conventions list them, in the order of their keys.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let status = match self.status {
            Status::NotReceived => None,
            Status::Received(code) => {
                Some(key::HTTP_RESPONSE_STATUS_CODE.of(i64::from(code.as_u16())))
            }
            Status::Folded { .. } => Some(key::HTTP_RESPONSE_STATUS_CODE.of(OTHER)),
        };
        let version = self.version.map(|version| VERSIONS.value(version).to_owned());
        let mut attributes = self.active.attributes(vocabulary);
        attributes.extend(
            [
                self.error_type().map(|error| key::ERROR_TYPE.of(error)),
                status,
                version.map(|version| key::NETWORK_PROTOCOL_VERSION.of(version)),
            ]
            .into_iter()
            .flatten(),
        );
        attributes.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        attributes
    }

    /// The request ended as `outcome`, of which the key keeps what its attributes show.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        // A status that is an error says more than what happened to its body.
        let is_told = self.status.is_error();
        self.outcome = if is_told { Outcome::Success } else { outcome };
    }

    fn error_type(self) -> Option<String> {
        match self.status {
            Status::Received(code) if self.status.is_error() => Some(code.as_str().to_owned()),
            Status::Folded { is_error: true } => Some(OTHER.to_owned()),
            _ => self.outcome.error_type(&FAILURES).map(str::to_owned),
        }
    }
}

impl Hash for ExchangeKey {
    /// Two words, because this is on the path of every request; keys that share them are told apart by
    /// `==`.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let number = |value: Option<Bounded>| u64::from(value.map_or(u16::MAX, Bounded::index));
        let status = match self.status {
            Status::NotReceived => 0,
            Status::Received(code) => code.as_u16(),
            Status::Folded { is_error } => 1 + u16::from(is_error),
        };
        let outcome = match self.outcome {
            Outcome::Cancelled => 0,
            Outcome::Success => 1,
            Outcome::Panic => 2,
            Outcome::Timeout => 3,
            Outcome::Failed(failure) => 4 + failure.index(),
        };
        let ActiveKey { method, address, port, scheme, template } = self.active;
        state.write_u64(
            number(address)
                | number(port) << 16
                | number(template) << 32
                | u64::from(method.index()) << 48,
        );
        state.write_u64(
            u64::from(status)
                | u64::from(outcome) << 16
                | number(self.version) << 32
                | number(scheme) << 48,
        );
    }
}
