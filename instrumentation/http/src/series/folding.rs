//! The order in which a finished exchange gives up its attributes when series run out.

use kymo_core::{Bounded, Outcome, SeriesClass, SeriesKey, key::AttributeKey};

use super::{ExchangeKey, Status};
use crate::{failure, key, protocol::Protocol};

impl SeriesKey for ExchangeKey {
    /// First what the client chooses: the version, the scheme and an odd method, and of a failure of
    /// the program its method and a status that is nobody's. Then the route, and what operators
    /// look for goes last.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let is_operators = self.class() == SeriesClass::Operator;
        if self.has_odd_method()
            && !is_operators
            && let Some(folded) = self.fold_method()
        {
            return Some(folded);
        }
        if let Some(folded) = self.fold_transport() {
            return Some(folded);
        }
        if is_operators && let Some(folded) = self.fold_method().or_else(|| self.fold_odd_status())
        {
            return Some(folded);
        }
        if self.route.is_some_and(|route| route != Bounded::OTHER) {
            let route = Some(Bounded::OTHER);
            return Some((Self { route, ..self }, key::HTTP_ROUTE.key));
        }
        self.fold_status().or_else(|| self.fold_method()).or_else(|| self.fold_call())
    }

    /// A failure of the program is an operator's for as long as its route is known.
    fn class(&self) -> SeriesClass {
        let is_refused = matches!(self.status, Status::Sent(400..500));
        let class = match self.outcome {
            Outcome::Panic | Outcome::Timeout => SeriesClass::Operator,
            _ if self.status.is_server_error() => SeriesClass::Operator,
            // The service failed; once there is a status, it was the body, or a call of gRPC.
            Outcome::Failed(failure) if self.is_operators(failure) => SeriesClass::Operator,
            Outcome::Success if !is_refused && !self.is_odd() => SeriesClass::Ordinary,
            Outcome::Success | Outcome::Cancelled | Outcome::Failed(_) => SeriesClass::Client,
        };
        let is_folded = self.route == Some(Bounded::OTHER);
        if class == SeriesClass::Operator && is_folded { SeriesClass::Ordinary } else { class }
    }

    fn is_shared(&self) -> bool {
        self.route.is_none_or(|route| route == Bounded::OTHER)
    }
}

impl ExchangeKey {
    /// Whether a client alone made a request that succeeded unlike others: by its method, its scheme or
    /// its version.
    fn is_odd(&self) -> bool {
        self.has_odd_method()
            || self.scheme == Bounded::OTHER && self.protocol != Protocol::Folded
            || matches!(self.protocol, Protocol::Http09 | Protocol::Http10)
    }

    /// A method nobody knows, or that the route lacks, or that has the answer of another.
    fn has_odd_method(&self) -> bool {
        self.method == Bounded::OTHER
            || self.is_head
            || self.status == Status::Sent(METHOD_NOT_ALLOWED)
    }

    fn is_operators(&self, failure: Bounded) -> bool {
        let is_of_service = self.status == Status::NotSent && !failure::is_of_call(failure);
        is_of_service || failure::is_of_call(failure) && failure::is_operators(failure)
    }

    /// Which failure it was of a call of gRPC.
    fn fold_call(self) -> Option<(Self, AttributeKey)> {
        let Outcome::Failed(failure) = self.outcome else { return None };
        let outcome = Outcome::Failed(Bounded::OTHER);
        failure::is_of_call(failure).then_some((Self { outcome, ..self }, key::ERROR_TYPE))
    }

    fn fold_method(self) -> Option<(Self, AttributeKey)> {
        let folded = Self { method: Bounded::OTHER, is_head: false, ..self };
        (self.method != folded.method).then_some((folded, key::HTTP_REQUEST_METHOD))
    }

    fn fold_status(self) -> Option<(Self, AttributeKey)> {
        let Status::Sent(_) = self.status else { return None };
        let status = Status::Folded { server_error: self.status.is_server_error() };
        Some((Self { status, ..self }, key::HTTP_RESPONSE_STATUS_CODE))
    }

    /// A status of which there could be hundreds: whoever is behind a gateway may choose any.
    fn fold_odd_status(self) -> Option<(Self, AttributeKey)> {
        match self.status {
            Status::Sent(code) if COMMON.contains(&code) => None,
            _ => self.fold_status(),
        }
    }

    /// The version of the protocol, then the scheme. That there is no version is what tells who was
    /// lost in a queue, and stays.
    fn fold_transport(self) -> Option<(Self, AttributeKey)> {
        if !matches!(self.protocol, Protocol::Folded | Protocol::Unknown) {
            let protocol = Protocol::Folded;
            return Some((Self { protocol, ..self }, key::NETWORK_PROTOCOL_VERSION));
        }
        let scheme = Bounded::OTHER;
        (self.scheme != scheme).then_some((Self { scheme, ..self }, key::URL_SCHEME))
    }
}

/// The statuses by which the failures of one route are told apart, however many there are: `OK`, before
/// a body that fails, and the errors of servers in IANA's registry of HTTP status codes.
const COMMON: [u16; 12] = [200, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511];

const METHOD_NOT_ALLOWED: u16 = 405;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kymo_core::KnownValues;

    use super::*;
    use crate::{grpc::Code, instruments::SERIES, scheme::SCHEMES};

    /// Folds everything that can happen, as where there is no room at all.
    #[test]
    fn the_closed_remainder_has_its_place_below_the_limit_of_the_sdk() {
        let schemes = ["http", "https", "gopher"].map(|scheme| SCHEMES.bound(scheme));
        let methods = KnownValues::of(&["GET", "HEAD"]);
        let methods = ["GET", "HEAD", "FOO"].map(|method| methods.bound(method));
        let outcomes = [
            Outcome::Success,
            Outcome::Cancelled,
            Outcome::Panic,
            Outcome::Timeout,
            failure::of_short_body(),
            failure::of_service(&"wrong"),
            failure::of_call(Code::INTERNAL),
            failure::of_call(Code::UNIMPLEMENTED),
        ];
        let protocols = [Protocol::Http09, Protocol::Http10, Protocol::Http11, Protocol::Http2];
        let statuses = (100..1000).map(Status::Sent).chain([Status::NotSent]);
        let mut remainder = HashSet::new();
        for (status, outcome) in statuses.flat_map(|status| outcomes.map(|o| (status, o))) {
            for (method, scheme) in methods.iter().flat_map(|m| schemes.map(|s| (*m, s))) {
                let is_head = method == methods[1];
                let key = |protocol, route| ExchangeKey {
                    method,
                    is_head,
                    scheme,
                    protocol,
                    route,
                    status,
                    outcome,
                };
                let routed = protocols.iter().flat_map(|protocol| {
                    [None, Some(Bounded::OTHER)].map(|route| key(*protocol, route))
                });
                let unseen = (status == Status::NotSent && method == Bounded::OTHER)
                    .then(|| key(Protocol::Unknown, None));
                for mut key in routed.chain(unseen) {
                    while let Some((folded, _)) = key.fold() {
                        key = folded;
                    }
                    key.end(key.outcome);
                    remainder.insert(key);
                }
            }
        }
        let unseen = remainder.iter().filter(|key| key.protocol == Protocol::Unknown).count();
        // A success has a status, and an error of the service has none.
        let impossible = remainder
            .iter()
            .filter(|key| key.status == Status::NotSent && key.outcome == Outcome::Success);
        assert_eq!(impossible.count(), 2 + 1);
        assert!(unseen <= 6 && remainder.len() <= 40, "{unseen} of {}", remainder.len());
        let series = usize::from(SERIES) * 5 / 4 + crate::instruments::RESERVE + remainder.len();
        assert!(series < 1791, "{series}");
    }
}
