//! One operation, from its first poll until its last row, its error or its drop.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use kymo_core::{
    Attempt, Bounded, ClaimedText, OTHER, Outcome, Part, Record, Trace, Watch, Watched,
};
use kymo_sql::{System, TransactionStatement};
use sqlx::Database;

use crate::{
    database::{
        damage::Damage,
        failure::{FAILURES, Failure},
    },
    recording::{claiming::Claiming, measures::Measures, statement::Statement, waiting::Obtained},
    rows::ledger::Ledger,
};

/// One operation, which is recorded exactly once, if it ever starts: when it is dropped.
///
/// It is cancelled unless it is told how it ended, and a panic if what it [runs](Self::run) unwinds.
#[derive(Debug)]
pub struct Operation<'m>(Attempt<Execution<'m>>);

/// Notes how far a statement got, until it is recorded.
#[derive(Debug)]
struct Execution<'m> {
    measures: &'m Measures,
    /// Of the connection; `None` where there is no transaction to be in.
    ledger: Option<&'m mut Ledger>,
    statement: Statement<'m>,
    claiming: Claiming,
    status: Option<Bounded>,
    returned: u64,
    changed: u64,
    /// Some of it may not have been done.
    is_incomplete: bool,
    /// It is all that its connection is used for.
    is_use: bool,
}

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
        Self(Attempt::new(Execution {
            measures,
            ledger,
            statement,
            claiming: measures.claiming(),
            status: None,
            returned: 0,
            changed: 0,
            is_incomplete: false,
            is_use: false,
        }))
    }

    /// Whoever records it.
    pub(crate) fn measures(&self) -> &'m Measures {
        self.0.record().measures
    }

    /// The trace that it is part of, as far as that is known.
    pub(crate) fn trace(&self) -> Option<Trace> {
        self.0.trace()
    }

    /// Whether the clock runs, or ran.
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

impl Execution<'_> {
    fn system(&self) -> System {
        self.measures.system()
    }

    fn failed(&mut self, error: &sqlx::Error) -> Outcome {
        let system = self.system();
        let Some(failure) = Failure::of(error, system) else { return Outcome::Success };
        self.status = failure.status.map(|code| self.measures.status(code.as_str()));
        self.changed = 0;
        if let Some(ledger) = &mut self.ledger {
            ledger.failed(self.statement.transaction(), failure.damage, system);
        }
        // If there is no transaction, that much is certain.
        self.is_incomplete =
            self.statement.may_end_halfway() && failure.damage != Damage::NoTransaction;
        Outcome::Failed(FAILURES.bound(failure.kind))
    }

    /// The rows that were changed, as far as the driver tells.
    fn rows_changed(&self, outcome: Outcome) -> u64 {
        let Self { statement, returned, changed, .. } = self;
        // These servers report nothing changed by a statement that answers with rows: they are the
        // rows that it changed.
        let answers = statement.returns_rows() && *changed == 0 && self.system().is_mysql();
        if answers && outcome == Outcome::Success { *returned } else { *changed }
    }

    /// Counts what was changed, or notes it until it is committed.
    fn settle(&mut self, outcome: Outcome) {
        let rows = self.rows_changed(outcome);
        let was_taken = rows > 0 || outcome == Outcome::Success;
        if let Some(change) = self.statement.change().filter(|_| was_taken) {
            let changed = self.measures.changed(change);
            let committed = match &mut self.ledger {
                _ if rows == 0 => None,
                Some(ledger) => ledger.note(changed, rows),
                None => Some((changed, rows)),
            };
            self.measures.count_changes(committed);
        }
        let Some(ledger) = &mut self.ledger else { return };
        let transaction = self.statement.transaction();
        let is_about_transaction = self.statement.may_end_halfway()
            || !matches!(
                transaction,
                TransactionStatement::None | TransactionStatement::OrRollback
            );
        let was_given_up = matches!(outcome, Outcome::Cancelled | Outcome::Panic);
        if self.is_incomplete || (was_given_up && is_about_transaction) {
            ledger.ended_halfway(transaction);
        } else if outcome == Outcome::Success {
            let committed = ledger.by_hand(transaction, self.measures.system());
            self.measures.count_changes(committed);
        }
    }
}

impl Record for Execution<'_> {
    const PART: Option<Part> = Some(Part::Sql);

    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let has_succeeded = matches!(outcome, Outcome::Success);
        let answered = has_succeeded && self.statement.returns_rows();
        let returned = (answered || self.returned > 0).then_some(self.returned);
        if self.is_use {
            self.measures.pool().record_use(elapsed.as_secs_f64());
        }
        if has_succeeded && self.status.is_none() {
            self.measures.record_success(&self.statement, elapsed, returned);
        } else {
            let summary = self.measures.summary(&self.statement, has_succeeded);
            let status = self.status;
            self.measures.record(&Reading { summary, outcome, status, elapsed, returned });
        }
        if !has_succeeded || !self.statement.is_plain() {
            self.settle(outcome);
        }
    }
}
