//! A transaction that is measured until it ends, however it ends.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Database, SqlStr, Transaction};

use crate::{
    database::driver::Driver,
    handles::{
        borrowed::Borrowed,
        connection::{Measured, MeasuredConnection},
    },
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
    is_savepoint: bool,
    /// Of the connection that it was begun on, or of the transaction around this savepoint.
    outer: Option<&'c mut Ledger>,
    /// Of the connection, if the transaction was begun on a pool. Last, so that it is dropped last.
    use_time: Option<UseTime>,
}

impl<'c, DB: Database> MeasuredTransaction<'c, DB> {
    /// Begins on a connection of a pool, which `operation` has borrowed.
    pub(crate) async fn begin_on(
        measures: &Arc<Measures>,
        driver: &'static Driver<DB>,
        borrowed: Borrowed<DB, Arc<Measures>>,
        operation: Operation<'_>,
        statement: Option<SqlStr>,
    ) -> sqlx::Result<Self> {
        let Borrowed { connection, use_time } = borrowed;
        // Every driver begins by this call: the public ways to it take a pool, and would hide the wait
        // for a connection in the time of the statement.
        let guard = operation.observe(Transaction::begin(connection, statement)).await?;
        let span = TransactionSpan::begin(measures, false);
        let (measures, ledger) = (Arc::clone(measures), Ledger::transaction());
        let connection = Measured { measures, driver, ledger, guard };
        let (is_savepoint, outer, use_time) = (false, None, Some(use_time));
        Ok(Self { connection, span, is_savepoint, outer, use_time })
    }

    /// Begins on a connection that has this ledger: if that is one of a transaction, what is begun is a
    /// savepoint.
    pub(crate) async fn begin_inside(
        measures: &Arc<Measures>,
        driver: &'static Driver<DB>,
        ledger: &'c mut Ledger,
        connection: &'c mut DB::Connection,
        statement: Option<SqlStr>,
    ) -> sqlx::Result<Self> {
        let is_savepoint = ledger.is_transaction();
        let text = match &statement {
            Some(statement) => statement.as_str(),
            None if is_savepoint => "SAVEPOINT",
            None => "BEGIN",
        };
        let around = (!is_savepoint).then_some(&mut *ledger);
        let operation = Operation::new(measures, measures.statement(text), around);
        let guard = operation.observe(Transaction::begin(connection, statement)).await?;
        let span = TransactionSpan::begin(measures, is_savepoint);
        let outer = ledger;
        let ledger = if is_savepoint { outer.savepoint() } else { outer.taken_over() };
        let connection = Measured { measures: Arc::clone(measures), driver, ledger, guard };
        Ok(Self { connection, span, is_savepoint, outer: Some(outer), use_time: None })
    }

    /// sqlx's own transaction; neither its statements nor its end are measured from now on, and rows
    /// that were changed before are not counted either.
    pub fn into_inner(mut self) -> Transaction<'c, DB> {
        self.connection.lend();
        if let Some(outer) = self.outer {
            outer.lend();
        }
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
        let Self { connection, span, is_savepoint, outer, use_time: _use_time } = self;
        let Measured { measures, mut ledger, guard, .. } = connection;
        let text = if is_savepoint { "RELEASE SAVEPOINT" } else { "COMMIT" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.observe(guard.commit()).await;
        span.finish(match &result {
            Ok(()) if !ledger.is_clear() => TransactionOutcome::Unknown,
            Ok(()) if ledger.is_lost() => TransactionOutcome::Rollback,
            Ok(()) => TransactionOutcome::Commit,
            Err(_) => TransactionOutcome::Error,
        });
        if result.is_ok() {
            measures.count_changes(match outer.filter(|_| is_savepoint) {
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
        let Self { connection, span, is_savepoint, outer: _outer, use_time: _use_time } = self;
        let Measured { measures, mut ledger, guard, .. } = connection;
        let text = if is_savepoint { "ROLLBACK TO SAVEPOINT" } else { "ROLLBACK" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.observe(guard.rollback()).await;
        span.finish(match &result {
            Ok(()) if !ledger.is_clear() => TransactionOutcome::Unknown,
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
        self.connection.lend()
    }
}

impl<DB: Database> fmt::Debug for MeasuredTransaction<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredTransaction").finish_non_exhaustive()
    }
}
