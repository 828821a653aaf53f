//! One operation, from its first poll until its last row, its error or its drop.

use std::{
    future::Future,
    thread,
    time::{Duration, Instant},
};

use kymo_core::{Bounded, Outcome};

use crate::{
    failure::{FAILURES, Failure},
    ledger::{Damage, Ledger},
    measures::Measures,
    statement::{Statement, TransactionStatement},
    system::System,
};

/// Records one operation exactly once, when it is dropped, if it was ever started.
#[derive(Debug)]
pub(crate) struct Operation<'m> {
    measures: &'m Measures,
    /// Of the connection; `None` where there is no transaction to be in.
    ledger: Option<&'m mut Ledger>,
    statement: Statement,
    started: Option<Instant>,
    outcome: Outcome,
    status: Option<Bounded>,
    returned: u64,
    changed: u64,
    /// Some of it may not have been done.
    is_incomplete: bool,
}

/// What is recorded of an operation.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) statement: Statement,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<Bounded>,
    pub(crate) elapsed: Duration,
    /// `None` if the operation is not one that returns rows.
    pub(crate) returned: Option<u64>,
}

impl<'m> Operation<'m> {
    pub(crate) fn new(
        measures: &'m Measures,
        statement: Statement,
        ledger: Option<&'m mut Ledger>,
    ) -> Self {
        Self {
            measures,
            ledger,
            statement,
            started: None,
            outcome: Outcome::default(),
            status: None,
            returned: 0,
            changed: 0,
            is_incomplete: false,
        }
    }

    /// Starts the clock, and tells what it shows.
    pub(crate) fn start(&mut self) -> Instant {
        let now = Instant::now();
        self.started_at(now);
        now
    }

    /// Has the clock run from `moment`, even if it runs already.
    pub(crate) fn started_at(&mut self, moment: Instant) {
        self.started = Some(moment);
    }

    /// Records nothing: another takes its place.
    pub(crate) fn forget(mut self) {
        self.started = None;
    }

    /// Whether the clock runs.
    pub(crate) fn is_started(&self) -> bool {
        self.started.is_some()
    }

    fn system(&self) -> System {
        self.measures.system()
    }

    /// Whether rows are asked for.
    pub(crate) fn returns_rows(&self) -> bool {
        self.statement.returns_rows
    }

    /// Whether it may have changed rows that the driver will report.
    pub(crate) fn changes_rows(&self) -> bool {
        self.statement.changed.is_some()
    }

    /// How many rows the caller was given.
    pub(crate) fn returned(&self) -> u64 {
        self.returned
    }

    /// The caller is given one more row.
    pub(crate) fn returned_row(&mut self) {
        self.returned += 1;
    }

    /// The driver reports how many rows were changed.
    pub(crate) fn changed_rows(&mut self, rows: u64) {
        self.changed = self.changed.saturating_add(rows);
    }

    pub(crate) fn succeed(&mut self) {
        self.outcome = Outcome::Success;
    }

    pub(crate) fn fail(&mut self, error: &sqlx::Error) {
        let Some(failure) = Failure::of(error, self.measures.system()) else {
            return self.succeed();
        };
        self.outcome = Outcome::Failed(FAILURES.bound(failure.kind));
        self.status = failure.status.map(|code| self.measures.status(code.as_str()));
        self.changed = 0;
        if let Some(ledger) = &mut self.ledger {
            ledger.failed(self.statement.transaction, failure.damage, self.measures.system());
        }
        // If there is no transaction, that much is certain.
        self.is_incomplete =
            self.statement.may_end_halfway && failure.damage != Damage::NoTransaction;
    }

    /// Ends with what `result` says.
    pub(crate) fn end<T>(&mut self, result: &sqlx::Result<T>) {
        match result {
            Ok(_) => {
                // Whoever takes one row alone does not wait for the other statements.
                self.is_incomplete = self.statement.may_end_halfway && self.returned > 0;
                self.succeed();
            }
            Err(error) => self.fail(error),
        }
    }

    /// Runs the operation.
    pub(crate) async fn observe<T>(
        mut self,
        run: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        self.start();
        let result = run.await;
        self.end(&result);
        result
    }

    /// The rows that were changed, as far as the driver tells.
    fn rows_changed(&self) -> u64 {
        let Self { statement, returned, changed, .. } = self;
        // These servers report nothing changed by a statement that answers with rows: they are the
        // rows that it changed.
        let answers = statement.returns_rows && *changed == 0 && self.system().is_mysql();
        if answers && self.outcome == Outcome::Success { *returned } else { *changed }
    }

    /// Counts what was changed, or notes it until it is committed.
    fn settle(&mut self) {
        let rows = self.rows_changed();
        if let Some(changed) = self.statement.changed.filter(|_| rows > 0) {
            let committed = match &mut self.ledger {
                Some(ledger) => ledger.note(changed, rows),
                None => Some((changed, rows)),
            };
            self.measures.count_changes(committed);
        }
        let Some(ledger) = &mut self.ledger else { return };
        let Statement { transaction, may_end_halfway, .. } = self.statement;
        let is_about_transaction = may_end_halfway
            || !matches!(
                transaction,
                TransactionStatement::None | TransactionStatement::OrRollback
            );
        let was_given_up = matches!(self.outcome, Outcome::Cancelled | Outcome::Panic);
        if self.is_incomplete || (was_given_up && is_about_transaction) {
            ledger.ended_halfway(transaction);
        } else if self.outcome == Outcome::Success {
            let committed = ledger.by_hand(transaction, self.measures.system());
            self.measures.count_changes(committed);
        }
    }
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        let Some(started) = self.started else { return };
        if self.outcome == Outcome::Cancelled && thread::panicking() {
            self.outcome = Outcome::Panic;
        }
        let answered = self.statement.returns_rows && self.outcome == Outcome::Success;
        self.measures.record(&Reading {
            statement: self.statement,
            outcome: self.outcome,
            status: self.status,
            elapsed: started.elapsed(),
            returned: (answered || self.returned > 0).then_some(self.returned),
        });
        self.settle();
    }
}
