//! The series of a finished exchange.

use std::hash::{Hash, Hasher};

use kymo_core::{Bounded, OTHER, Outcome};
use opentelemetry::{KeyValue, metrics::BoundHistogram};

use super::Status;
use crate::{failure::FAILURES, key, protocol::Protocol, scheme, vocabulary::Vocabulary};

/// Everything a finished exchange is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExchangeKey {
    pub(crate) method: Bounded,
    /// Whether the method is `HEAD`, and is called so.
    pub(crate) is_head: bool,
    pub(crate) scheme: Bounded,
    pub(crate) protocol: Protocol,
    pub(crate) route: Option<Bounded>,
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
}

/// The instruments of one finished exchange; a metric that is switched off is absent.
#[derive(Debug)]
pub(crate) struct ExchangeSeries {
    pub(crate) duration: Option<BoundHistogram<f64>>,
    pub(crate) request_body_size: Option<BoundHistogram<u64>>,
    pub(crate) response_body_size: Option<BoundHistogram<u64>>,
    pub(crate) first_byte: Option<BoundHistogram<f64>>,
}

impl ExchangeKey {
    /// The attributes of a finished exchange, as the HTTP conventions list them.
    ///
    /// In the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let status = match self.status {
            Status::NotSent => None,
            Status::Sent(code) => Some(key::HTTP_RESPONSE_STATUS_CODE.of(i64::from(code))),
            Status::Folded { .. } => Some(key::HTTP_RESPONSE_STATUS_CODE.of(OTHER)),
        };
        [
            self.error_type().map(|error| key::ERROR_TYPE.of(error)),
            Some(vocabulary.method(self.method)),
            status,
            self.route.map(|route| vocabulary.route(route)),
            self.protocol.version().map(|version| key::NETWORK_PROTOCOL_VERSION.of(version)),
            Some(scheme::attribute(self.scheme)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The exchange ended as `outcome`, of which the key keeps what its attributes show.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        // A 5xx that was sent says more than what happened to its body.
        let is_told = self.status.is_server_error();
        self.outcome = if is_told { Outcome::Success } else { outcome };
    }

    fn error_type(self) -> Option<String> {
        match self.status {
            Status::Sent(code) if self.status.is_server_error() => Some(code.to_string()),
            Status::Folded { server_error: true } => Some(OTHER.to_owned()),
            _ => self.outcome.error_type(&FAILURES).map(str::to_owned),
        }
    }
}

impl Hash for ExchangeKey {
    /// One word, because this is the hot path; keys that share it are told apart by `==`.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let status = match self.status {
            Status::NotSent => 0,
            Status::Sent(code) => code,
            Status::Folded { server_error } => 1 + u16::from(server_error),
        };
        let outcome = match self.outcome {
            Outcome::Cancelled => 0,
            Outcome::Success => 1,
            Outcome::Panic => 2,
            Outcome::Timeout => 3,
            Outcome::Failed(failure) => 4 + failure.index(),
        };
        let route = self.route.map_or(u16::MAX, Bounded::index);
        let word = u64::from(route)
            | u64::from(status) << 16
            | u64::from(self.method.index()) << 32
            | u64::from(self.scheme.index()) << 48
            | (self.protocol as u64) << 52
            | u64::from(outcome) << 56;
        state.write_u64(word);
    }
}
