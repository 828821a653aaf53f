//! What a statement was found to be.

use super::{Changed, TransactionStatement, keyword::Keyword, label::Label, target::Target};

/// What is known of one statement.
#[derive(Debug, Default)]
pub(super) struct Outcome<'a> {
    pub(super) label: Label,
    pub(super) verb: Option<Keyword>,
    /// The table that every target so far was.
    pub(super) table: Option<Target<'a>>,
    /// There is another table, or may be.
    pub(super) has_more_tables: bool,
    /// How many of its verbs change data.
    pub(super) changes: u32,
    pub(super) returns_rows: bool,
    pub(super) transaction: TransactionStatement,
    pub(super) is_begun: bool,
}

impl<'a> Outcome<'a> {
    /// Notes a table that the statement reads or changes.
    pub(super) fn note(&mut self, target: Target<'a>) {
        match &self.table {
            Some(known) => self.has_more_tables |= *known != target,
            None => self.table = Some(target),
        }
    }

    /// The one table it changes.
    pub(super) fn changed(&self) -> Option<Changed> {
        let verb = self.verb.filter(|verb| {
            use Keyword::{Delete, Insert, Merge, Replace, Update};
            matches!(verb, Insert | Replace | Update | Delete | Merge)
        })?;
        let operation = verb.operation()?;
        let table = self.table.as_ref().filter(|_| self.changes == 1 && !self.has_more_tables)?;
        Some(Changed { operation, table: table.into() })
    }
}
