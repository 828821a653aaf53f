//! The texts of statements.

use kymo_core::{LateValue, Recalled, Texts};
use kymo_sql::{Dialect, Statement, TransactionStatement};

use crate::origin::Origin;

/// The texts that were sent, each with what it says.
#[derive(Debug)]
pub(crate) struct StatementTexts {
    dialect: Dialect,
    texts: Texts<Said>,
}

/// Keeps what a text says.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Said {
    /// Its name in the metrics, such as `SELECT books`; `None` when the text does not tell.
    pub(crate) summary: Option<LateValue>,
    /// Whether rows are asked for.
    pub(crate) returns_rows: bool,
    /// It begins or ends a transaction or a savepoint.
    pub(crate) is_of_transaction: bool,
    pub(crate) origin: Origin,
}

impl StatementTexts {
    /// Nothing is remembered yet.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, texts: Texts::new() }
    }

    /// What `sql` says.
    pub(crate) fn find(&self, sql: &str) -> Recalled<'_, Said> {
        self.texts.find(sql, |sql| {
            let read = Statement::read(self.dialect, sql);
            let summary = Some(read.summary.as_str()).filter(|summary| !summary.is_empty());
            Said {
                summary: summary.map(LateValue::new),
                returns_rows: read.returns_rows,
                is_of_transaction: read.transaction != TransactionStatement::None,
                origin: Origin::of(sql),
            }
        })
    }
}
