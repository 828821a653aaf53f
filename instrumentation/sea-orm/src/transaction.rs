//! A transaction that is measured until it ends, however it ends.

use std::{fmt, ops::Deref, pin::Pin};

use async_stream::stream;
use async_trait::async_trait;
use futures_util::StreamExt as _;
use kymo_sqlx::told::ToldTransaction;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, StreamTrait, TransactionError, TransactionOptions, TransactionSession,
    TransactionTrait,
};

use crate::{
    callback::Inside,
    failure::sqlx_error,
    observe::{fail, observe},
    rows::MeasuredQueryStream,
};

/// sea-orm's [`DatabaseTransaction`], measured: its duration until commit, rollback or drop, the statements
/// inside it, and the rows it changed if it is committed.
///
/// It derefs to the transaction: what is done with that is measured as far as sea-orm tells, see the
/// [crate](crate). On the bare transaction statements can fail and the transaction can end unseen: each time that
/// it is handed out is counted in `kymo.db.connection.direct_uses`, and from then on, to the end of the
/// outermost transaction, no changed rows are counted and the outcome is `unknown`.
pub struct MeasuredDatabaseTransaction {
    // Before what measures it: its drop is part of the transaction.
    inner: DatabaseTransaction,
    told: ToldTransaction,
}

impl MeasuredDatabaseTransaction {
    pub(crate) fn new(inner: DatabaseTransaction, told: ToldTransaction) -> Self {
        Self { inner, told }
    }

    /// Commits; as [`DatabaseTransaction::commit`]. The rows that it changed are counted now.
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseTransaction::commit`]; the rows are not counted then.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.told.commit(self.inner.commit(), sqlx_error).await
    }

    /// Rolls back; as [`DatabaseTransaction::rollback`].
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseTransaction::rollback`].
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.told.rollback(self.inner.rollback(), sqlx_error).await
    }

    /// The transaction itself; what is done with it is measured as far as sea-orm tells, and it ends as
    /// `unknown`.
    pub fn inner(&self) -> &DatabaseTransaction {
        self.told.lend();
        &self.inner
    }

    /// Runs `callback` in a savepoint; as [`DatabaseTransaction::transaction_async`].
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseTransaction::transaction_async`].
    pub async fn transaction_async<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> AsyncFnOnce(&'c Self) -> Result<T, E> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let savepoint = self.begin().await.map_err(TransactionError::Connection)?;
        let result = callback(&savepoint).await;
        savepoint.end(result).await
    }

    /// Commits after a success and rolls back after a failure, as sea-orm does.
    pub(crate) async fn end<T, E>(self, result: Result<T, E>) -> Result<T, TransactionError<E>> {
        let ended = if result.is_ok() { self.commit().await } else { self.rollback().await };
        ended.map_err(TransactionError::Connection)?;
        result.map_err(TransactionError::Transaction)
    }

    async fn begun(
        &self,
        begin: impl Future<Output = Result<DatabaseTransaction, DbErr>>,
    ) -> Result<Self, DbErr> {
        let (inner, told) = self.told.begin(begin, sqlx_error).await?;
        Ok(Self { inner, told })
    }
}

#[async_trait]
impl ConnectionTrait for MeasuredDatabaseTransaction {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut ledger = self.told.ledger().await;
        observe(ledger.statement(&statement.sql), self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut ledger = self.told.ledger().await;
        observe(ledger.statement(sql), self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut ledger = self.told.ledger().await;
        observe(ledger.statement(&statement.sql), self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut ledger = self.told.ledger().await;
        observe(ledger.statement(&statement.sql), self.inner.query_all_raw(statement)).await
    }

    fn support_returning(&self) -> bool {
        self.inner.support_returning()
    }

    fn is_mock_connection(&self) -> bool {
        self.inner.is_mock_connection()
    }
}

impl StreamTrait for MeasuredDatabaseTransaction {
    type Stream<'a> = MeasuredQueryStream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let sql = statement.sql.clone();
            let mut ledger = self.told.ledger().await;
            let mut wait = ledger.statement(&sql);
            let (obtained, _) = wait.watch(Inside::new(self.inner.stream_raw(statement))).await;
            let rows = match obtained {
                Ok(rows) => rows,
                Err(error) => {
                    fail(&mut wait, &error);
                    return Err(error);
                }
            };
            // Nothing is sent before the first poll.
            wait.forget();
            let measured = stream! {
                let operation = ledger.statement(&sql);
                let mut rows = MeasuredQueryStream::new(rows, operation);
                while let Some(row) = rows.next().await {
                    yield row;
                }
            };
            Ok(MeasuredQueryStream::of_measured(measured))
        })
    }
}

#[async_trait]
impl TransactionTrait for MeasuredDatabaseTransaction {
    type Transaction = Self;

    async fn begin(&self) -> Result<Self, DbErr> {
        self.begun(self.inner.begin()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<Self, DbErr> {
        self.begun(self.inner.begin_with_config(isolation_level, access_mode)).await
    }

    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Self, DbErr> {
        self.begun(self.inner.begin_with_options(options)).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        self.transaction_with_config(callback, None, None).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let begun = self.begin_with_config(isolation_level, access_mode).await;
        let savepoint = begun.map_err(TransactionError::Connection)?;
        let result = callback(&savepoint).await;
        savepoint.end(result).await
    }
}

#[async_trait]
impl TransactionSession for MeasuredDatabaseTransaction {
    async fn commit(self) -> Result<(), DbErr> {
        self.commit().await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        self.rollback().await
    }
}

impl Deref for MeasuredDatabaseTransaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        self.inner()
    }
}

impl fmt::Debug for MeasuredDatabaseTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredDatabaseTransaction").finish_non_exhaustive()
    }
}
