//! One statement, as it was found to be.

use crate::{TransactionStatement, keyword::Keyword, label::Label, target::Target};

/// Holds what is known of one statement while it is read.
#[derive(Debug, Default)]
pub(crate) struct Outcome<'a> {
    pub(crate) label: Label,
    pub(crate) verb: Option<Keyword>,
    /// The table that every target so far was.
    pub(crate) table: Option<Target<'a>>,
    /// There is another table, or may be.
    pub(crate) has_more_tables: bool,
    /// How many of its verbs change data.
    pub(crate) changes: u32,
    pub(crate) returns_rows: bool,
    pub(crate) transaction: TransactionStatement,
    pub(crate) is_begun: bool,
}

impl<'a> Outcome<'a> {
    /// Notes a table that the statement reads or changes.
    pub(crate) fn note(&mut self, target: Target<'a>) {
        match &self.table {
            Some(known) => self.has_more_tables |= *known != target,
            None => self.table = Some(target),
        }
    }

    /// The one table it names, as it is written.
    pub(crate) fn collection(&self) -> Option<String> {
        self.table.as_ref().filter(|_| !self.has_more_tables).map(Into::into)
    }

    /// Whether it is a change, of one table and once, if it names no more than one.
    pub(crate) fn is_change(&self) -> bool {
        use Keyword::{Delete, Insert, Merge, Replace, Update};
        self.changes == 1 && matches!(self.verb, Some(Insert | Replace | Update | Delete | Merge))
    }
}
