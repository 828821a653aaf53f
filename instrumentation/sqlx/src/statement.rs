//! stub
use crate::system::System;
use kymo_core::{Bounded, ValueBudget};
use std::sync::Arc;

/// What is known of a statement from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) summary: Bounded,
    pub(crate) changed: Option<Changed>,
    pub(crate) returns_rows: bool,
    pub(crate) transaction: TransactionStatement,
}

/// Whose rows a statement changes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Changed {
    pub(crate) operation: &'static str,
    pub(crate) table: Bounded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TransactionStatement {
    #[default]
    None,
    Begin,
    Commit,
    Rollback,
    Savepoint,
    Release,
    RollbackTo,
}

#[derive(Debug)]
pub(crate) struct Statements {
    summaries: Arc<ValueBudget>,
    tables: Arc<ValueBudget>,
}
impl Statements {
    pub(crate) fn new(
        _system: System,
        summaries: Arc<ValueBudget>,
        tables: Arc<ValueBudget>,
    ) -> Self {
        Self { summaries, tables }
    }
    pub(crate) fn find(&self, sql: &str) -> Statement {
        let mut words = sql.split_whitespace();
        let first = words.next().unwrap_or("").to_uppercase();
        Statement {
            summary: self.summaries.bound(&first),
            changed: (first == "INSERT").then(|| Changed {
                operation: "INSERT",
                table: self.tables.bound(words.nth(1).unwrap_or("")),
            }),
            returns_rows: first == "SELECT",
            transaction: TransactionStatement::None,
        }
    }
}
