//! The key of a series.

use std::borrow::Cow;

use kymo_core::{Bounded, Outcome, PlaceKey, SeriesClass, SeriesKey, key::AttributeKey};
use opentelemetry::KeyValue;

use crate::{command::Command, failure::FAILURES, key, recorder::Vocabulary};

/// How commands were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Batch {
    /// One by itself.
    No,
    /// Several in one go.
    Pipeline,
    /// Several in one go, between `MULTI` and `EXEC`.
    Multi,
}

/// The value of `db.operation.name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationName {
    pub(crate) batch: Batch,
    /// Of all commands; `None` if a batch has others too, or none at all.
    pub(crate) command: Option<Command>,
}

/// Everything a finished operation is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationKey {
    pub(crate) place: PlaceKey,
    pub(crate) name: OperationName,
    pub(crate) status: Option<Bounded>,
    pub(crate) outcome: Outcome,
}

impl OperationName {
    pub(crate) fn text(self) -> Cow<'static, str> {
        let batch = match self.batch {
            Batch::No => "",
            Batch::Pipeline => "PIPELINE",
            Batch::Multi => "MULTI",
        };
        match (batch, self.command) {
            ("", command) => command.unwrap_or(Command::OTHER).name().into(),
            (batch, None) => batch.into(),
            (batch, Some(command)) => format!("{batch} {}", command.name()).into(),
        }
    }
}

impl OperationKey {
    /// The attributes, in the order of their keys: the SDK stores any other order twice.
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let mut attributes = vocabulary.places.attributes(self.place);
        attributes.push(key::DB_OPERATION_NAME.of(self.name.text()));
        if let Some(status) = self.status {
            attributes.push(key::DB_RESPONSE_STATUS_CODE.of(vocabulary.statuses.value(status)));
        }
        if let Some(error) = self.outcome.error_type(&FAILURES) {
            attributes.push(key::ERROR_TYPE.of(error.to_owned()));
        }
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes
    }
}

impl SeriesKey for OperationKey {
    /// First the server's code, then the command; that it failed, and where, stays.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if self.status.is_some_and(|status| status != Bounded::OTHER) {
            let status = Some(Bounded::OTHER);
            return Some((Self { status, ..self }, key::DB_RESPONSE_STATUS_CODE.key));
        }
        if self.name.command.is_some_and(|command| command != Command::OTHER) {
            let name = OperationName { command: Some(Command::OTHER), ..self.name };
            return Some((Self { name, ..self }, key::DB_OPERATION_NAME));
        }
        None
    }

    /// A failure is to be seen with its command, whatever codes scripts make up.
    fn class(&self) -> SeriesClass {
        let is_named = self.name.command.is_some_and(|command| command != Command::OTHER);
        match self.outcome {
            Outcome::Success => SeriesClass::Ordinary,
            _ if is_named => SeriesClass::Operator,
            _ => SeriesClass::Ordinary,
        }
    }
}
