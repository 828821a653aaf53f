//! One operation, from its first poll until its last row, its error or its drop.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Bounded, ClaimedText, OTHER, Outcome, Record, Watch, Watched};
use sqlx::Database;

use crate::{
    database::failure::FAILURES,
    recording::{
        claiming::Claiming, execution::Execution, measures::Measures, statement::Statement,
        waiting::Obtained,
    },
    rows::ledger::Ledger,
};

/// One operation, which is recorded exactly once, if it ever starts: when it is finished, or dropped before.
///
/// It is cancelled unless it is told how it ended, and a panic if what it [runs](Self::run) unwinds.
#[derive(Debug)]
pub struct Operation<'m>(Attempt<Execution<'m>>);

/// An operation that is over, as it is recorded.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) summary: Option<Bounded>,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<Bounded>,
    pub(crate) elapsed: Duration,
    /// `None` if the operation is not one that returns rows.
    pub(crate) returned: Option<u64>,
}

impl<'m> Operation<'m> {
    pub(crate) fn new(
        measures: &'m Measures,
        statement: Statement<'m>,
        ledger: Option<&'m mut Ledger>,
    ) -> Self {
        Self(Attempt::new(Execution::new(measures, statement, ledger)))
    }

    /// Whoever records it.
    pub(crate) fn measures(&self) -> &'m Measures {
        self.0.record().measures
    }

    /// What it is, to others who belong to its trace.
    pub(crate) fn attempt(&self) -> &Attempt<impl Record> {
        &self.0
    }

    /// Whether the clock runs, or ran.
    #[inline]
    pub(crate) fn has_started(&self) -> bool {
        self.0.has_started()
    }

    /// It ends now, as it was told.
    pub(crate) fn finish(&mut self) {
        self.0.end_at(Instant::now());
    }

    /// The connection that it has [waited](waiting::by) for, and since when it has it: its own time counts from then
    /// on.
    ///
    /// # Errors
    ///
    /// Those of `obtained`, with which it has failed.
    pub(crate) fn obtained<DB: Database>(&mut self, obtained: Obtained<DB>) -> Obtained<DB> {
        match &obtained {
            Ok((_, since)) => self.started_at(*since),
            Err(error) => self.fail(error),
        }
        obtained
    }

    /// It is all that its connection is used for: the time of that use is its own.
    pub(crate) fn uses_its_connection_up(&mut self) {
        self.0.record_mut().is_use = true;
    }

    /// Starts the clock, unless it runs, and tells what it showed.
    #[inline]
    pub fn start(&mut self) -> Instant {
        self.0.start()
    }

    /// As [`Operation::start`], of one that waits for a connection until it has [started](Self::started_at).
    pub(crate) fn start_waiting(&mut self) -> Instant {
        self.0.start_waiting()
    }

    /// Has the clock run from `moment`, even if it runs already: until then it waited for a connection.
    pub fn started_at(&mut self, moment: Instant) {
        self.0.restart_at(moment);
    }

    /// Runs a piece of what the driver does, which nobody else is to measure; if it unwinds, the operation is
    /// a panic.
    pub fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let claiming = self.claiming();
        self.0.run(|| claiming.run(piece))
    }

    /// How what it [runs](Self::run) is claimed.
    pub fn claiming(&self) -> Claiming {
        self.0.record().claiming
    }

    /// Claims `text` alone: others may run meanwhile.
    pub(crate) fn claiming_one(mut self, text: Option<ClaimedText>) -> Self {
        self.0.record_mut().claiming = self.measures().claiming_one(text);
        self
    }

    /// As [`Operation::run`], of a future, whose first poll starts the clock.
    pub fn watch<F: Future>(&mut self, running: F) -> impl Future<Output = F::Output> {
        Watched::new(running, self)
    }

    /// Waits for the connection that the operation will run on, which may run statements of others: if that
    /// unwinds, the operation is a panic.
    pub(crate) fn wait<F: Future>(&mut self, waiting: F) -> impl Future<Output = F::Output> {
        self.0.watch(waiting)
    }

    /// Whether rows are asked for.
    pub fn returns_rows(&self) -> bool {
        self.0.record().statement.returns_rows()
    }

    /// Whether it may have changed rows that the driver will report.
    pub fn changes_rows(&self) -> bool {
        self.0.record().statement.change().is_some()
    }

    /// How many rows the caller was given.
    pub(crate) fn returned(&self) -> u64 {
        self.0.record().returned
    }

    /// The caller is given one more row.
    pub(crate) fn returned_row(&mut self) {
        self.0.record_mut().returned += 1;
    }

    /// The caller is given so many more rows.
    pub fn returned_rows(&mut self, rows: u64) {
        let execution = self.0.record_mut();
        execution.returned = execution.returned.saturating_add(rows);
    }

    /// The driver reports how many rows were changed.
    pub fn changed_rows(&mut self, rows: u64) {
        let execution = self.0.record_mut();
        execution.changed = execution.changed.saturating_add(rows);
    }

    /// It has ended as it should.
    pub fn succeed(&mut self) {
        self.0.decide(Outcome::Success);
    }

    /// It has failed with `error`; that there is no such row is no failure.
    pub fn fail(&mut self, error: &sqlx::Error) {
        let outcome = self.0.record_mut().failed(error);
        self.0.decide(outcome);
    }

    /// It has failed, and not with an error of sqlx.
    pub fn fail_otherwise(&mut self) {
        self.0.decide(Outcome::Failed(FAILURES.bound(OTHER)));
    }

    /// Nothing is recorded: another operation takes its place.
    pub fn forget(mut self) {
        self.0.forget();
    }

    /// Ends with what `result` says.
    pub(crate) fn end<T>(&mut self, result: &sqlx::Result<T>) {
        match result {
            Ok(_) => {
                let execution = self.0.record_mut();
                // Whoever takes one row alone does not wait for the other statements.
                execution.is_incomplete =
                    execution.statement.may_end_halfway() && execution.returned > 0;
                self.succeed();
            }
            Err(error) => self.fail(error),
        }
    }

    /// Ends with the first row, if that is all that is asked for, or with what else `result` says.
    pub(crate) fn end_with_first<T>(&mut self, result: &sqlx::Result<Option<T>>) {
        if let Ok(Some(_)) = result {
            self.returned_row();
        }
        self.end(result);
    }

    /// Runs the operation, whose error of sqlx `error` finds in one of another's.
    pub(crate) async fn tell<T, E>(
        mut self,
        run: impl Future<Output = Result<T, E>>,
        error: fn(&E) -> Option<&sqlx::Error>,
    ) -> Result<T, E> {
        let result = self.watch(run).await;
        match result.as_ref().map_err(error) {
            Ok(_) => self.succeed(),
            Err(Some(error)) => self.fail(error),
            Err(None) => self.fail_otherwise(),
        }
        result
    }

    /// Runs the operation.
    pub(crate) async fn observe<T>(
        mut self,
        run: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        let result = self.watch(run).await;
        self.end(&result);
        result
    }
}

impl Watch for Operation<'_> {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        self.start();
        Self::run(self, piece)
    }
}
