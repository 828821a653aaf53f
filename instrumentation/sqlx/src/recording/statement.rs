//! A statement that a program sends, as its text tells of it.

use kymo_core::{LateValue, Recalled};
use kymo_sql::TransactionStatement;

use crate::recording::{
    kept::Kept,
    remembered::{Change, Remembered},
    without::Without,
};

/// A statement, as far as its text tells, without what is not wanted.
#[derive(Debug)]
pub(crate) struct Statement<'s> {
    text: Recalled<'s, Remembered>,
    without: Without,
}

impl<'s> Statement<'s> {
    pub(crate) fn new(text: Recalled<'s, Remembered>, without: Without) -> Self {
        Self { text, without }
    }

    /// Its name in the metrics, such as `SELECT books`; `None` when the text does not tell.
    pub(crate) fn summary(&self) -> Option<&LateValue> {
        self.text.summary.as_ref().filter(|_| !self.without.summaries)
    }

    /// What is kept of its series.
    pub(crate) fn kept(&self) -> &Kept {
        &self.text.kept
    }

    /// The one table that it changes, if it is one statement and reads no other table.
    pub(crate) fn change(&self) -> Option<&Change> {
        self.text.change.as_ref().filter(|_| !self.without.rows_changed)
    }

    /// Whether rows are asked for: by a query, or by `RETURNING`.
    pub(crate) fn returns_rows(&self) -> bool {
        self.text.returns_rows
    }

    /// How it changes the transaction.
    pub(crate) fn transaction(&self) -> TransactionStatement {
        self.text.transaction
    }

    /// Whether its success changes neither rows that are counted nor the transaction.
    pub(crate) fn is_plain(&self) -> bool {
        self.text.is_plain
    }

    /// It does several things to it, and may have done some of them if it fails.
    pub(crate) fn may_end_halfway(&self) -> bool {
        self.text.may_end_halfway
    }
}
