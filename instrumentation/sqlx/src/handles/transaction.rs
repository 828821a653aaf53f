//! A transaction that is measured until it ends, however it ends.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Database, SqlStr, Transaction, pool::MaybePoolConnection};

use crate::{
    database::driver::Driver,
    handles::connection::{Measured, MeasuredConnection},
    recording::{
        measures::Measures,
        operation::Operation,
        span::{TransactionOutcome, TransactionSpan},
        use_time::UseTime,
    },
    rows::ledger::Ledger,
};

/// sqlx's [`Transaction`], measured: its duration until commit, rollback or drop, the statements
/// inside it, and the rows it changed if it is committed.
///
/// It derefs to a [`MeasuredConnection`], so the customary `&mut *transaction` is measured.
pub struct MeasuredTransaction<'c, DB: Database> {
    connection: Measured<DB, Transaction<'c, DB>>,
    span: TransactionSpan,
    /// Of the transaction around this savepoint.
    outer: Option<&'c mut Ledger>,
    /// Of the connection, if the transaction was begun on a pool. Last, so that it is dropped last.
    use_time: Option<UseTime>,
}

/// The parts of a transaction that is about to begin.
pub(crate) struct Beginning<'c, DB: Database> {
    pub(crate) measures: Arc<Measures>,
    pub(crate) driver: &'static Driver<DB>,
    pub(crate) connection: MaybePoolConnection<'c, DB>,
    /// Instead of the database's own `BEGIN`.
    pub(crate) statement: Option<SqlStr>,
    /// Of what it is begun on: if that is a transaction, what is begun is a savepoint.
    pub(crate) outer: Option<&'c mut Ledger>,
    pub(crate) use_time: Option<UseTime>,
}

impl<'c, DB: Database> MeasuredTransaction<'c, DB> {
    pub(crate) async fn open(beginning: Beginning<'c, DB>) -> sqlx::Result<Self> {
        let Beginning { measures, driver, connection, statement, outer, use_time } = beginning;
        let (mut outer, mut around) = match outer {
            Some(ledger) if ledger.is_transaction() => (Some(ledger), None),
            around => (None, around),
        };
        let text = match &statement {
            Some(statement) => statement.as_str(),
            None if outer.is_some() => "SAVEPOINT",
            None => "BEGIN",
        };
        let operation = Operation::new(&measures, measures.statement(text), around.as_deref_mut());
        // Every driver begins by this call: the public ways to it take a pool, and would hide the wait
        // for a connection in the time of the statement.
        let guard = operation.observe(Transaction::begin(connection, statement)).await?;
        let span = TransactionSpan::begin(&measures, outer.is_some());
        let ledger = match (&mut outer, around) {
            (Some(outer), _) => outer.savepoint(),
            (None, Some(around)) => around.taken_over(),
            (None, None) => Ledger::transaction(),
        };
        let connection = Measured { measures, driver, ledger, guard };
        Ok(Self { connection, span, outer, use_time })
    }

    /// sqlx's own transaction; neither its statements nor its end are measured from now on, and rows
    /// that were changed before are not counted either.
    pub fn into_inner(self) -> Transaction<'c, DB> {
        self.span.forget();
        if let Some(use_time) = self.use_time {
            use_time.forget();
        }
        self.connection.guard
    }

    /// Sets a savepoint; as [`Measured::begin`].
    ///
    /// # Errors
    ///
    /// Those of [`Connection::begin`](sqlx::Connection::begin).
    pub async fn begin(&mut self) -> sqlx::Result<MeasuredTransaction<'_, DB>> {
        // Of its own, or `Acquire::begin` would be found first, which is not measured.
        self.connection.begin().await
    }

    /// Commits; as [`Transaction::commit`].
    ///
    /// The rows that it changed are counted now, unless the server rolled it back instead, as
    /// PostgreSQL answers the commit of a transaction in which a statement failed.
    ///
    /// # Errors
    ///
    /// Those of [`Transaction::commit`]; the rows are not counted then.
    pub async fn commit(self) -> sqlx::Result<()> {
        let Self { connection, span, outer, use_time: _use_time } = self;
        let Measured { measures, mut ledger, guard, .. } = connection;
        let text = if outer.is_some() { "RELEASE SAVEPOINT" } else { "COMMIT" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.observe(guard.commit()).await;
        span.finish(match &result {
            Ok(()) if ledger.is_lost() => TransactionOutcome::Rollback,
            Ok(()) => TransactionOutcome::Commit,
            Err(_) => TransactionOutcome::Error,
        });
        if result.is_ok() {
            measures.count_changes(match outer {
                Some(outer) => outer.absorb(ledger),
                None => ledger.committed(),
            });
        }
        result
    }

    /// Rolls back; as [`Transaction::rollback`].
    ///
    /// # Errors
    ///
    /// Those of [`Transaction::rollback`].
    pub async fn rollback(self) -> sqlx::Result<()> {
        let Self { connection, span, outer, use_time: _use_time } = self;
        let Measured { measures, guard, .. } = connection;
        let text = if outer.is_some() { "ROLLBACK TO SAVEPOINT" } else { "ROLLBACK" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.observe(guard.rollback()).await;
        span.finish(match &result {
            Ok(()) => TransactionOutcome::Rollback,
            Err(_) => TransactionOutcome::Error,
        });
        result
    }
}

impl<'c, DB: Database> Deref for MeasuredTransaction<'c, DB> {
    type Target = MeasuredConnection<'c, DB>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl<DB: Database> DerefMut for MeasuredTransaction<'_, DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

/// For what is locked or listened to through a transaction; as sqlx's own has it.
impl<DB: Database> AsMut<DB::Connection> for MeasuredTransaction<'_, DB> {
    fn as_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection.guard
    }
}

impl<DB: Database> fmt::Debug for MeasuredTransaction<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredTransaction").finish_non_exhaustive()
    }
}
