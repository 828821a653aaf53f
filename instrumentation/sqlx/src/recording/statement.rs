//! A statement that a program sends, as its text tells of it.

use std::{ops::Deref, sync::Arc};

use kymo_sql::TransactionStatement;

use crate::recording::{
    late_value::LateValue,
    remembered::{Change, Remembered},
    without::Without,
};

/// A statement, as far as its text tells, without what is not wanted.
#[derive(Debug)]
pub(crate) struct Statement<'s> {
    text: Text<'s>,
    without: Without,
}

/// What a text says: lent, so that a statement that is sent again and again is not copied.
#[derive(Debug)]
pub(crate) enum Text<'s> {
    /// Of a text that has a place for good.
    Regular(&'s Remembered),
    /// Of any other, which may be forgotten before the statement ends.
    Other(Arc<Remembered>),
}

impl<'s> Statement<'s> {
    pub(crate) fn new(text: Text<'s>, without: Without) -> Self {
        Self { text, without }
    }

    /// Its name in the metrics, such as `SELECT books`; `None` when the text does not tell.
    pub(crate) fn summary(&self) -> Option<&LateValue> {
        self.text.summary.as_ref().filter(|_| !self.without.summaries)
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

    /// It does several things to it, and may have done some of them if it fails.
    pub(crate) fn may_end_halfway(&self) -> bool {
        self.text.may_end_halfway
    }
}

impl Deref for Text<'_> {
    type Target = Remembered;

    fn deref(&self) -> &Remembered {
        match self {
            Self::Regular(remembered) => remembered,
            Self::Other(remembered) => remembered,
        }
    }
}
