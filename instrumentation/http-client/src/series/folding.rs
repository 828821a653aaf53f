//! The order in which a finished request gives up its attributes when series run out.

use kymo_core::{Bounded, Outcome, SeriesClass, SeriesKey, key::AttributeKey};

use super::{ActiveKey, ExchangeKey, Status};
use crate::key;

impl SeriesKey for ExchangeKey {
    /// First the version and the scheme; of a failure then its method, its template and a status that is
    /// nobody's, so that it keeps the server that failed. What operators look for goes last.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let is_operators = self.class() == SeriesClass::Operator;
        if let Some(folded) = self.fold_version().or_else(|| self.of_active(ActiveKey::fold_scheme))
        {
            return Some(folded);
        }
        if is_operators
            && let Some(folded) =
                self.of_active(ActiveKey::fold_method).or_else(|| self.fold_odd_status())
        {
            return Some(folded);
        }
        self.of_active(ActiveKey::fold_target)
            .or_else(|| self.fold_status())
            .or_else(|| self.of_active(ActiveKey::fold_method))
    }

    /// A failure is an operator's for as long as its server is known. Whoever is called chooses the
    /// status of an answer, and how its body ends.
    fn class(&self) -> SeriesClass {
        let class = match self.outcome {
            Outcome::Panic | Outcome::Timeout => SeriesClass::Operator,
            _ if self.status.is_server_error() => SeriesClass::Operator,
            // There was no response; once there is a status, it was the body.
            Outcome::Failed(_) if self.status == Status::NotReceived => SeriesClass::Operator,
            Outcome::Success if !self.status.is_error() && self.fold_odd_status().is_none() => {
                SeriesClass::Ordinary
            }
            Outcome::Success | Outcome::Cancelled | Outcome::Failed(_) => SeriesClass::Client,
        };
        let is_folded = !self.active.has_address();
        if class == SeriesClass::Operator && is_folded { SeriesClass::Ordinary } else { class }
    }

    fn is_shared(&self) -> bool {
        !self.active.is_one_of_many()
    }
}

impl ExchangeKey {
    fn of_active(
        self,
        fold: fn(ActiveKey) -> Option<(ActiveKey, AttributeKey)>,
    ) -> Option<(Self, AttributeKey)> {
        let (active, attribute) = fold(self.active)?;
        Some((Self { active, ..self }, attribute))
    }

    fn fold_version(self) -> Option<(Self, AttributeKey)> {
        let other = Some(Bounded::OTHER);
        let is_known = self.version.is_some() && self.version != other;
        is_known.then_some((Self { version: other, ..self }, key::NETWORK_PROTOCOL_VERSION))
    }

    fn fold_status(self) -> Option<(Self, AttributeKey)> {
        let Status::Received(_) = self.status else { return None };
        let status = Status::Folded { is_error: self.status.is_error() };
        Some((Self { status, ..self }, key::HTTP_RESPONSE_STATUS_CODE))
    }

    /// A status that IANA has not assigned: whoever is called may choose any of hundreds.
    fn fold_odd_status(self) -> Option<(Self, AttributeKey)> {
        match self.status {
            Status::Received(code) if code.canonical_reason().is_some() => None,
            _ => self.fold_status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http::StatusCode;
    use kymo_core::KnownValues;

    use super::*;
    use crate::{
        failure::FAILURES,
        instruments::{RESERVE, SERIES},
        version::VERSIONS,
    };

    /// Folds everything that can happen, as where there is no room at all.
    #[test]
    fn the_closed_remainder_has_its_place_below_the_limit_of_the_sdk() {
        const NAMES: KnownValues = KnownValues::of(&["a", "b"]);
        let some = ["a", "b", "c"].map(|name| Some(NAMES.bound(name)));
        let failures = ["name_resolution_error", "connection_error", "body_error", "odd"];
        let failed = failures.map(|name| Outcome::Failed(FAILURES.bound(name)));
        let others = [Outcome::Success, Outcome::Cancelled, Outcome::Panic, Outcome::Timeout];
        let statuses =
            (100..1000).map(|code| Status::Received(StatusCode::from_u16(code).unwrap()));
        let mut remainder = HashSet::new();
        for status in statuses.chain([Status::NotReceived]) {
            for outcome in others.into_iter().chain(failed) {
                for address in some.into_iter().chain([None]) {
                    let active = ActiveKey {
                        method: NAMES.bound("a"),
                        address,
                        port: address,
                        scheme: Some(NAMES.bound("b")),
                        template: address.and(some[1]),
                    };
                    let version = Some(VERSIONS.bound("2"));
                    let mut key = ExchangeKey { active, version, status, outcome };
                    key.end(outcome);
                    while let Some((folded, _)) = key.fold() {
                        key = folded;
                    }
                    remainder.insert(key);
                }
            }
        }
        assert!(remainder.len() <= 40, "{}", remainder.len());
        let series = usize::from(SERIES) * 5 / 4 + RESERVE + remainder.len();
        assert!(series < 1791, "{series}");
    }
}
