//! A text that was read before.

use kymo_core::LateValue;
use kymo_sql::{Dialect, TransactionStatement};

use crate::recording::kept::Kept;

/// Keeps what a text says, whoever sends it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Remembered {
    pub(crate) summary: Option<LateValue>,
    pub(crate) change: Option<Change>,
    pub(crate) returns_rows: bool,
    pub(crate) transaction: TransactionStatement,
    pub(crate) may_end_halfway: bool,
    /// It changes no table that is known, and no transaction.
    pub(crate) is_plain: bool,
    pub(crate) kept: Kept,
}

/// Whose rows a statement changes, and how.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Change {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub(crate) operation: &'static str,
    /// As the statement writes it.
    pub(crate) table: LateValue,
}

impl Remembered {
    pub(crate) fn of(sql: &str, dialect: Dialect) -> Self {
        let read = kymo_sql::Statement::read(dialect, sql);
        let summary = Some(read.summary.as_str()).filter(|summary| !summary.is_empty());
        let changed = read.changed();
        Self {
            is_plain: changed.is_none()
                && read.transaction == TransactionStatement::None
                && !read.may_end_halfway,
            summary: summary.map(LateValue::new),
            change: changed
                .map(|it| Change { operation: it.operation, table: LateValue::new(it.table) }),
            returns_rows: read.returns_rows,
            transaction: read.transaction,
            may_end_halfway: read.may_end_halfway,
            kept: Kept::default(),
        }
    }
}
