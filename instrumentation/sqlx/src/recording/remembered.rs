//! A text that was read before.

use kymo_core::ValueBudget;
use kymo_sql::{Dialect, TransactionStatement};

use crate::recording::{
    late_value::LateValue,
    statement::{Change, Statement},
    without::Without,
};

/// Keeps what a text says, whoever sends it.
#[derive(Debug)]
pub(crate) struct Remembered {
    summary: Option<LateValue>,
    change: Option<(&'static str, LateValue)>,
    returns_rows: bool,
    transaction: TransactionStatement,
    may_end_halfway: bool,
}

/// How many bytes a text may have that is remembered: longer ones are made for the occasion.
pub(crate) const MAX_TEXT: usize = 8 * 1024;

impl Remembered {
    pub(crate) fn of(sql: &str, dialect: Dialect) -> Self {
        let read = kymo_sql::Statement::read(dialect, sql);
        let summary = Some(read.summary.as_str()).filter(|summary| !summary.is_empty());
        Self {
            summary: summary.map(LateValue::new),
            change: read.changed().map(|it| (it.operation, LateValue::new(it.table))),
            returns_rows: read.returns_rows,
            transaction: read.transaction,
            may_end_halfway: read.may_end_halfway,
        }
    }

    /// The statement as it is known now, without what is not wanted.
    pub(crate) fn statement(
        &self,
        summaries: &ValueBudget,
        tables: &ValueBudget,
        without: Without,
    ) -> Statement {
        let summary = self.summary.as_ref().filter(|_| !without.summaries);
        let change = self.change.as_ref().filter(|_| !without.rows_changed);
        Statement {
            summary: summary.map(|summary| summary.value(summaries)),
            change: change
                .map(|(operation, table)| Change { operation, table: table.value(tables) }),
            returns_rows: self.returns_rows,
            transaction: self.transaction,
            may_end_halfway: self.may_end_halfway,
        }
    }
}
