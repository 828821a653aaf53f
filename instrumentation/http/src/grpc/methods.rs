//! The methods of gRPC that keep their names.

use std::sync::Arc;

use kymo_core::{Bounded, KnownValues, ValueBudget};
use opentelemetry::metrics::Meter;

use crate::{RequestHead, key, metrics};

/// The methods that keep their names: those of a list, or those that a server shows to have.
///
/// A client can ask for anything. So a name is learned with the end of its first call that was
/// [recognised](Recognition), and takes one of 300 places; until then it is `_OTHER`, as the conventions
/// ask for where it cannot be told whether a method is one of the program's. An example: whoever refuses
/// calls before their method is looked up refuses invented ones too.
#[derive(Debug)]
pub(super) enum Methods {
    Listed(KnownValues),
    Learned(Box<ValueBudget>),
}

/// The method that a call asks for.
#[derive(Debug)]
pub(super) enum Asked {
    /// It has its name, or will never have one.
    Settled(Bounded),
    /// It has no name yet, and the end of the call decides.
    New { name: Box<str>, has_route: bool },
    /// There is no place for another name.
    NoRoom,
}

impl Asked {
    /// Whether the server is known to have the method.
    pub(super) fn is_known(&self) -> bool {
        matches!(self, Self::Settled(method) if *method != Bounded::OTHER)
    }

    /// The same after an answer that shows it so.
    pub(super) fn is_known_by(&self, recognition: Recognition) -> bool {
        match (self, recognition) {
            (Self::Settled(_), _) => self.is_known(),
            (Self::New { has_route, .. }, Recognition::Answered) => *has_route,
            (Self::New { .. } | Self::NoRoom, recognition) => {
                recognition == Recognition::Recognised
            }
        }
    }
}

/// How a call shows whether the server knows its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recognition {
    /// gRPC answered by a message, or by `OK`.
    Recognised,
    /// gRPC answered, but as it would answer any method.
    Answered,
    /// gRPC did not answer.
    Unsure,
}

impl Methods {
    /// Exactly those of `list`, or those that are learned.
    pub(super) fn new(meter: &Meter, list: Option<&KnownValues>) -> Self {
        list.map_or_else(
            || Self::Learned(Box::new(key::RPC_METHOD.budget(meter, &metrics::CALL_DURATION))),
            |list| Self::Listed(list.clone()),
        )
    }

    /// The method that a request with this head asks for.
    pub(super) fn asked(&self, head: &RequestHead<'_>) -> Asked {
        let Some(name) = name(head.uri.path()) else { return Asked::Settled(Bounded::OTHER) };
        match self {
            Self::Listed(list) => Asked::Settled(list.bound(name)),
            Self::Learned(budget) => match budget.settled(name) {
                // A route of the program for this method alone says its name, if it is one of gRPC.
                None => Asked::New { name: name.into(), has_route: has_route(head, name) },
                Some(Bounded::OTHER) => Asked::NoRoom,
                Some(known) => Asked::Settled(known),
            },
        }
    }

    /// The method that was asked for by a call that ended so.
    ///
    /// One that is not recognised is `_OTHER`, and not folded: room would not give it a name.
    pub(super) fn answered(&self, asked: &Asked, recognition: Recognition) -> Bounded {
        let is_known = asked.is_known_by(recognition);
        match (self, asked) {
            (_, Asked::Settled(method)) => *method,
            (Self::Learned(budget), Asked::New { name, .. }) if is_known => budget.bound(name),
            (Self::Learned(budget), Asked::NoRoom) if is_known => budget.counted(Bounded::OTHER),
            _ => Bounded::OTHER,
        }
    }

    pub(super) fn value(&self, method: Bounded) -> Arc<str> {
        match self {
            Self::Listed(list) => list.value(method).into(),
            Self::Learned(budget) => budget.value(method),
        }
    }
}

/// The name of the method that a path asks for, such as `grpc.health.v1.Health/Check`: it does not matter
/// below what the services are.
fn name(path: &str) -> Option<&str> {
    let (before, _) = path.rmatch_indices('/').nth(1)?;
    let name = &path[before + 1..];
    let (service, method) = name.split_once('/')?;
    (!service.is_empty() && !method.is_empty()).then_some(name)
}

/// Whether the program has a route for the method `name` alone.
fn has_route(head: &RequestHead<'_>, name: &str) -> bool {
    !name.contains('{') && head.matched_path().and_then(self::name) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_service_and_its_method() {
        for (path, expected) in [
            ("/grpc.health.v1.Health/Check", Some("grpc.health.v1.Health/Check")),
            ("/api/books.Books/Get", Some("books.Books/Get")),
            ("/api/v1/books.Books/Get", Some("books.Books/Get")),
            ("/books", None),
            ("/books/", None),
            ("/api/books/", None),
            ("//Get", None),
            ("/api//Get", None),
            ("//", None),
            ("/", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(name(path), expected, "{path}");
        }
    }
}
