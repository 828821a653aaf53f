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

/// The value of `db.operation.name`: how commands were sent, and the command that all of them are, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationName(u16);

/// Everything a finished operation is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OperationKey {
    pub(crate) place: PlaceKey,
    pub(crate) name: OperationName,
    pub(crate) status: Option<Bounded>,
    pub(crate) outcome: Outcome,
}

impl OperationName {
    /// The commands of a batch that has several, or none at all.
    const MIXED: u16 = (1 << Self::COMMAND_BITS) - 1;
    const COMMAND_BITS: u32 = 12;

    /// That of commands that were sent as a `batch`, and all are `command`, if it is one.
    #[inline]
    pub(crate) const fn new(batch: Batch, command: Option<Command>) -> Self {
        const { assert!(Command::COUNT <= Self::MIXED as usize, "too many commands for so few bits") };
        let command = match command {
            Some(command) => command.number(),
            None => Self::MIXED,
        };
        Self((batch as u16) << Self::COMMAND_BITS | command)
    }

    /// Of all commands; `None` if a batch has others too, or none at all.
    #[inline]
    pub(crate) const fn command(self) -> Option<Command> {
        let command = self.0 & Self::MIXED;
        if command == Self::MIXED { None } else { Some(Command::numbered(command)) }
    }

    fn batch(self) -> Batch {
        const PIPELINE: u16 = Batch::Pipeline as u16;
        const MULTI: u16 = Batch::Multi as u16;
        match self.0 >> Self::COMMAND_BITS {
            PIPELINE => Batch::Pipeline,
            MULTI => Batch::Multi,
            _ => Batch::No,
        }
    }

    pub(crate) fn text(self) -> Cow<'static, str> {
        let batch = match self.batch() {
            Batch::No => "",
            Batch::Pipeline => "PIPELINE",
            Batch::Multi => "MULTI",
        };
        match (batch, self.command()) {
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
        if self.name.command().is_some_and(|command| command != Command::OTHER) {
            let name = OperationName::new(self.name.batch(), Some(Command::OTHER));
            return Some((Self { name, ..self }, key::DB_OPERATION_NAME));
        }
        None
    }

    /// A failure is to be seen with its command, whatever codes scripts make up.
    fn class(&self) -> SeriesClass {
        let is_named = self.name.command().is_some_and(|command| command != Command::OTHER);
        match self.outcome {
            Outcome::Success => SeriesClass::Ordinary,
            _ if is_named => SeriesClass::Operator,
            _ => SeriesClass::Ordinary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_its_batch_and_its_command() {
        for number in 0..1000 {
            let command = Command::numbered(number);
            let name = |batch| OperationName::new(batch, Some(command));
            assert_eq!(name(Batch::No).command(), Some(command));
            assert_eq!(name(Batch::No).text(), command.name());
            assert_eq!(name(Batch::Pipeline).text(), format!("PIPELINE {}", command.name()));
            assert_eq!(name(Batch::Multi).text(), format!("MULTI {}", command.name()));
        }
        let mixed = |batch| OperationName::new(batch, None);
        assert_eq!(mixed(Batch::Pipeline).text(), "PIPELINE");
        assert_eq!(mixed(Batch::Multi).text(), "MULTI");
        assert_eq!(mixed(Batch::Multi).command(), None);
    }
}
