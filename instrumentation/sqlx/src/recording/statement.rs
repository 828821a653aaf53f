//! A statement that a program sends, as its text tells of it.

use kymo_sql::TransactionStatement;

use crate::recording::late_value::Value;

/// A statement, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its name in the metrics, such as `SELECT books`; `None` when the text does not tell.
    pub(crate) summary: Option<Value>,
    /// The one table that it changes, if it is one statement and reads no other table.
    pub(crate) change: Option<Change>,
    /// Whether rows are asked for: by a query, or by `RETURNING`.
    pub(crate) returns_rows: bool,
    /// How it changes the transaction.
    pub(crate) transaction: TransactionStatement,
    /// It does several things to it, and may have done some of them if it fails.
    pub(crate) may_end_halfway: bool,
}

/// Whose rows a statement changes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub(crate) operation: &'static str,
    /// As the statement writes it.
    pub(crate) table: Value,
}
