//! One statement, from its first poll until its result or its drop.

use std::time::Instant;

use kymo_sqlx::told::Operation;
use sea_orm::{DbErr, ExecResult, QueryResult};

use crate::{callback::Inside, failure::sqlx_error};

/// Tells how many rows a result has.
pub(crate) trait Rows {
    /// How many the caller is given.
    fn returned(&self) -> u64;

    /// How many were changed, if that is known apart.
    fn changed(&self) -> Option<u64> {
        None
    }
}

impl Rows for ExecResult {
    fn returned(&self) -> u64 {
        0
    }

    fn changed(&self) -> Option<u64> {
        Some(self.rows_affected())
    }
}

impl Rows for Option<QueryResult> {
    fn returned(&self) -> u64 {
        self.is_some().into()
    }
}

impl Rows for Vec<QueryResult> {
    fn returned(&self) -> u64 {
        self.len().try_into().unwrap_or(u64::MAX)
    }
}

/// Runs a statement as `operation`.
pub(crate) async fn observe<T: Rows>(
    mut operation: Operation<'_>,
    run: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let started = operation.start();
    let (result, told) = operation.watch(Inside::new(run)).await;
    if let Some(began) = told.and_then(|elapsed| Instant::now().checked_sub(elapsed)) {
        // By a clock that is set now and then: it has not begun before it was polled.
        operation.started_at(began.max(started));
    }
    match &result {
        Ok(rows) => {
            returned(&mut operation, rows.returned());
            if let Some(changed) = rows.changed().filter(|_| operation.changes_rows()) {
                operation.changed_rows(changed);
            }
            operation.succeed();
        }
        Err(error) => fail(&mut operation, error),
    }
    result
}

/// The caller is given so many more rows: of a statement with `RETURNING`, those that it changed.
pub(crate) fn returned(operation: &mut Operation<'_>, rows: u64) {
    operation.returned_rows(rows);
    if rows > 0 && operation.changes_rows() && operation.returns_rows() {
        operation.changed_rows(rows);
    }
}

pub(crate) fn fail(operation: &mut Operation<'_>, error: &DbErr) {
    match sqlx_error(error) {
        Some(error) => operation.fail(error),
        None => operation.fail_otherwise(),
    }
}

#[cfg(test)]
mod tests;
