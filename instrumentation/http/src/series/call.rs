//! The series of a finished call.

use std::sync::Arc;

use kymo_core::{Bounded, Outcome, SeriesClass, SeriesKey, key::AttributeKey};
use opentelemetry::KeyValue;

use crate::{
    failure::{self, FAILURES},
    grpc::Code,
    key,
};

/// Everything a finished call is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CallKey {
    pub(crate) method: Bounded,
    /// The status, if the client has one.
    pub(crate) code: Option<Code>,
    /// How it ended without one.
    pub(crate) outcome: Outcome,
}

impl CallKey {
    /// The attributes of a finished call of `method`, as the RPC conventions list them.
    ///
    /// In the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, method: Arc<str>) -> Vec<KeyValue> {
        let error = match self.code {
            Some(code) => code.is_error().then(|| code.name().to_owned()),
            None => self.outcome.error_type(&FAILURES).map(str::to_owned),
        };
        [
            error.map(|error| key::ERROR_TYPE.of(error)),
            Some(key::RPC_METHOD.of(method)),
            self.code.map(|code| key::RPC_RESPONSE_STATUS_CODE.of(code.name())),
            Some(key::RPC_SYSTEM_NAME.of("grpc")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl SeriesKey for CallKey {
    /// All but the method is a closed set.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let method = Bounded::OTHER;
        (self.method != method).then_some((Self { method, ..self }, key::RPC_METHOD.key))
    }

    /// A failure of the program is an operator's for as long as its method is known. A call that neither
    /// failed nor has a status was refused by HTTP, which takes a client alone.
    fn class(&self) -> SeriesClass {
        let is_operators = match (self.code, self.outcome) {
            (Some(Code::OK), _) => return SeriesClass::Ordinary,
            (Some(code), _) => {
                code.is_error() && failure::is_operators(FAILURES.bound(code.name()))
            }
            (None, Outcome::Panic | Outcome::Timeout) => true,
            (None, Outcome::Failed(failure)) => failure::is_operators(failure),
            (None, Outcome::Success | Outcome::Cancelled) => false,
        };
        match is_operators {
            true if self.method == Bounded::OTHER => SeriesClass::Ordinary,
            true => SeriesClass::Operator,
            false => SeriesClass::Client,
        }
    }

    fn is_shared(&self) -> bool {
        self.method == Bounded::OTHER
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http::StatusCode;

    use super::*;
    use crate::instruments::{RESERVE, SERIES};

    #[test]
    fn the_closed_remainder_has_its_place_below_the_limit_of_the_sdk() {
        let codes = (0..17).map(|n: u8| Some(Code::of_header(n.to_string().as_bytes())));
        let with_code = codes.map(|code| (code, Outcome::Success));
        let refused = (500..600)
            .map(|status| failure::of_refusal(StatusCode::from_u16(status).unwrap_or_default()));
        let without = [
            Outcome::Success,
            Outcome::Cancelled,
            Outcome::Panic,
            Outcome::Timeout,
            failure::of_short_body(),
            failure::of_service(&"wrong"),
            failure::of_call(Code::DEADLINE_EXCEEDED),
        ];
        let mut remainder = HashSet::new();
        let without = refused.chain(without).map(|outcome| (None, outcome));
        for (code, outcome) in with_code.chain(without) {
            let mut key = CallKey { method: FAILURES.bound("body_error"), code, outcome };
            while let Some((folded, _)) = key.fold() {
                key = folded;
            }
            assert!(key.is_shared() && key.class() != SeriesClass::Operator, "{key:?}");
            remainder.insert(key);
        }
        assert_eq!(remainder.len(), 17 + 7 + 11);
        assert!(usize::from(SERIES) * 5 / 4 + RESERVE + remainder.len() < 1791);
    }
}
