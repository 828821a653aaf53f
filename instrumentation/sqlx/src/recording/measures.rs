//! The recording of one pool.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use kymo_core::{Bounded, Claim, Claimed, ClaimedText, Outcome, Part, PlaceKey, SeriesHint};
use kymo_sql::{System, TransactionStatement};
use opentelemetry::metrics::BoundHistogram;

use crate::{
    database::{failure::Failure, identity::Identity},
    key,
    recording::{
        claiming::Claiming,
        kept::Kept,
        operation::{Operation, Reading},
        pool_series::PoolSeries,
        recorder::Recorder,
        remembered::Change,
        series::{ChangeKey, OperationKey},
        span::TransactionOutcome,
        statement::Statement,
        statements::Statements,
        without::Without,
    },
    rows::{changed::Changed, ledger::Ledger},
};

/// The database of one pool, its statements, and the instruments for them.
#[derive(Debug)]
pub(crate) struct Measures {
    recorder: Arc<Recorder>,
    statements: Arc<Statements>,
    /// Whose rules it follows, whatever it is called.
    system: System,
    place: PlaceKey,
    transactions: [OnceLock<BoundHistogram<f64>>; TransactionOutcome::ALL.len()],
    pool: PoolSeries,
    without: Without,
}

impl Measures {
    pub(crate) fn new(
        recorder: Arc<Recorder>,
        identity: &Identity,
        pool: PoolSeries,
        without: Without,
    ) -> Self {
        Claim::promise();
        let system = identity.protocol;
        Self {
            statements: recorder.statements(system),
            system,
            place: recorder.place(identity),
            transactions: Default::default(),
            recorder,
            pool,
            without,
        }
    }

    pub(crate) fn system(&self) -> System {
        self.system
    }

    pub(crate) fn pool(&self) -> &PoolSeries {
        &self.pool
    }

    /// The statement with this text.
    pub(crate) fn statement(&self, sql: &str) -> Statement<'_> {
        self.statements.find(sql, self.without)
    }

    /// The name of an operation in its series: one that has not succeeded yet takes no place of one that
    /// has.
    pub(crate) fn summary(&self, statement: &Statement<'_>, succeeded: bool) -> Option<Bounded> {
        let summaries = &self.recorder.vocabulary.summaries;
        let summary = statement.summary()?;
        Some(if succeeded { summary.admitted(summaries) } else { summary.reserved(summaries) })
    }

    /// Whose rows were changed, in its series.
    pub(crate) fn changed(&self, change: &Change) -> Changed {
        let table = change.table.admitted(&self.recorder.vocabulary.tables);
        Changed { operation: change.operation, table }
    }

    /// `code` within the budget of status codes.
    pub(crate) fn status(&self, code: &str) -> Bounded {
        self.recorder.status(code)
    }

    /// An operation outside any transaction that rows are noted for.
    pub(crate) fn operation<'m>(&'m self, statement: Statement<'m>) -> Operation<'m> {
        Operation::new(self, statement, None)
    }

    /// How what the driver does is claimed, all of it.
    pub(crate) fn claiming(&self) -> Claiming {
        if self.is_carried_on() { Claiming::Carried } else { Claiming::Here }
    }

    /// How the one statement `text` is claimed, while the driver may run those of others.
    ///
    /// A driver on a thread of its own is not told which one it is.
    pub(crate) fn claiming_one(&self, text: Option<ClaimedText>) -> Claiming {
        match text.filter(|_| !self.is_carried_on()) {
            Some(text) => Claiming::One(text),
            None => self.claiming(),
        }
    }

    /// Runs a piece of what the driver does, which nobody else is to measure.
    pub(crate) fn claim<T>(&self, piece: impl FnOnce() -> T) -> T {
        self.claiming().run(piece)
    }

    /// As [`Measures::claim`], of each poll of a future and of its drop.
    fn claim_around<F>(&self, running: F) -> Claimed<F> {
        if self.is_carried_on() {
            Claim::Statement.around_carried(running)
        } else {
            Claim::Statement.around(running)
        }
    }

    /// SQLite's driver works on a thread of its own, and another one may.
    fn is_carried_on(&self) -> bool {
        !matches!(self.system, System::Postgresql | System::Mysql | System::Mariadb)
    }

    /// Runs what is no operation, but may cost a transaction all the same.
    pub(crate) async fn noticing_damage<T>(
        &self,
        ledger: &mut Ledger,
        run: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        let result = self.claim_around(run).await;
        if let Some(failure) = result.as_ref().err().and_then(|e| Failure::of(e, self.system)) {
            ledger.failed(TransactionStatement::None, failure.damage, self.system);
        }
        result
    }

    pub(crate) fn record(&self, reading: &Reading) {
        let key = OperationKey {
            place: self.place,
            summary: reading.summary,
            status: reading.status,
            outcome: reading.outcome,
        };
        let returned = reading.returned.filter(|_| !self.without.returned_rows);
        self.recorder.record(key, reading.elapsed.as_secs_f64(), returned);
    }

    /// Records one that succeeded, in the series that is kept with its statement.
    #[inline]
    pub(crate) fn record_success(
        &self,
        statement: &Statement<'_>,
        elapsed: Duration,
        returned: Option<u64>,
    ) {
        let is_named = statement.summary().is_some();
        let series = statement.kept().get();
        if let Some(series) = series.filter(|series| series.is_at(self.place, is_named)) {
            let returned = returned.filter(|_| !self.without.returned_rows);
            return self.recorder.record_into(series, elapsed.as_secs_f64(), returned);
        }
        let (summary, outcome) = (self.summary(statement, true), Outcome::Success);
        self.record(&Reading { summary, outcome, status: None, elapsed, returned });
        let key = OperationKey { place: self.place, summary, status: None, outcome };
        if let Some(series) = self.recorder.own_series(key) {
            statement.kept().keep(series);
        }
    }

    /// An operation took `elapsed` and has just ended, which nobody saw begin.
    pub(crate) fn add_past(&self, elapsed: Duration) {
        self.recorder.accounts.add_past(Part::Sql, elapsed);
    }

    /// Counts rows that one statement changed for good.
    pub(crate) fn count_change(&self, kept: &Kept, changed: Changed, rows: u64) {
        let key = ChangeKey { place: self.place, changed };
        self.recorder.count_change(&kept.changes, key, rows);
    }

    /// Counts rows that were changed for good.
    pub(crate) fn count_changes(&self, changes: impl IntoIterator<Item = (Changed, u64)>) {
        for (changed, rows) in changes {
            let key = ChangeKey { place: self.place, changed };
            self.recorder.count_change(&SeriesHint::new(), key, rows);
        }
    }

    pub(crate) fn record_transaction(&self, outcome: TransactionOutcome, elapsed: Duration) {
        let bind = || {
            let mut attributes = self.recorder.vocabulary.places.attributes(self.place);
            attributes.push(key::DB_TRANSACTION_OUTCOME.of(outcome.name()));
            attributes.sort_by(|one, other| one.key.cmp(&other.key));
            self.recorder.instruments.transaction_duration.bind(&attributes)
        };
        self.transactions[outcome as usize].get_or_init(bind).record(elapsed.as_secs_f64());
    }
}

#[cfg(test)]
mod tests;
