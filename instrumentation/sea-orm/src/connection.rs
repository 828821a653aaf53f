//! The measured connection.

use std::{fmt, ops::Deref, pin::Pin, sync::Arc, time::Instant};

use async_trait::async_trait;
use kymo_pool::PoolState;
use kymo_sqlx::told::{Operation, ToldDatabase};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, IsolationLevel, QueryResult, Statement, StreamTrait, TransactionError,
    TransactionOptions, TransactionTrait, metric::Info,
};

use crate::{
    callback::{self, Inside},
    failure::{acquire_error, sqlx_error},
    observe::{Rows, fail, observe},
    observed::Observed,
    rows::MeasuredQueryStream,
    transaction::MeasuredDatabaseTransaction,
};

/// sea-orm's [`DatabaseConnection`], measured: every statement, stream and transaction that goes through it.
///
/// ```
/// use kymo_sea_orm::MeasuredDatabaseConnection;
/// use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
///
/// async fn clear(db: &MeasuredDatabaseConnection) -> Result<u64, DbErr> {
///     let transaction = db.begin().await?;
///     let cleared = transaction.execute_unprepared("DELETE FROM books").await?;
///     transaction.commit().await?;
///     Ok(cleared.rows_affected())
/// }
/// ```
///
/// It derefs to the connection: what is done with that is measured as far as sea-orm tells, see the
/// [crate](crate), and `kymo.db.connection.direct_uses` counts how often it is handed out. Clones share the pool, and have its name until the last of them is dropped.
#[derive(Clone)]
pub struct MeasuredDatabaseConnection {
    inner: Arc<DatabaseConnection>,
    told: ToldDatabase,
    observed: Arc<Observed>,
}

impl MeasuredDatabaseConnection {
    pub(crate) fn new(mut inner: DatabaseConnection, told: ToldDatabase) -> Self {
        call(&mut inner, &told, |_| ());
        let observed = Arc::new(Observed::new(inner.clone()));
        Self { inner: Arc::new(inner), told, observed }
    }

    /// Calls `callback` as [`DatabaseConnection::set_metric_callback`] would, which takes no second one;
    /// one that was set before has been replaced. Clones that were made already do not call it.
    pub fn with_metric_callback(
        self,
        callback: impl Fn(&Info<'_>) + Send + Sync + 'static,
    ) -> Self {
        let Self { inner, told, observed } = self;
        let mut inner = DatabaseConnection::clone(&inner);
        call(&mut inner, &told, callback);
        Self { inner: Arc::new(inner), told, observed }
    }

    /// Observes the pool behind the connection, which only the program knows: `state` is asked at each
    /// collection, for as long as this connection or a clone of it is there. It takes the place of one that this
    /// connection or a clone was given before.
    ///
    /// ```
    /// use kymo_pool::PoolState;
    /// use kymo_sea_orm::MeasuredDatabaseConnection;
    ///
    /// fn observed(db: MeasuredDatabaseConnection) -> MeasuredDatabaseConnection {
    ///     db.with_pool_state(|db| {
    ///         let pool = db.get_sqlite_connection_pool();
    ///         let max = pool.options().get_max_connections();
    ///         PoolState::new(pool.size(), pool.num_idle()).max(max)
    ///     })
    /// }
    /// ```
    pub fn with_pool_state(
        self,
        state: impl Fn(&DatabaseConnection) -> PoolState + Send + Sync + 'static,
    ) -> Self {
        self.observed.ask(&self.told, Arc::new(state));
        self
    }

    /// The name of the pool in the metrics: the value of `db.client.connection.pool.name`.
    pub fn name(&self) -> &str {
        self.told.name()
    }

    /// The connection itself; what is done with it is measured as far as sea-orm tells.
    pub fn inner(&self) -> &DatabaseConnection {
        self.told.lend();
        &self.inner
    }

    /// As [`DatabaseConnection::ping`], which is no statement.
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseConnection::ping`].
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.inner.ping().await
    }

    /// As [`DatabaseConnection::get_database_backend`].
    pub fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    /// Closes the connection; as [`DatabaseConnection::close`].
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseConnection::close`].
    pub async fn close(self) -> Result<(), DbErr> {
        self.close_by_ref().await
    }

    /// Closes the connection of all clones; as [`DatabaseConnection::close_by_ref`].
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseConnection::close_by_ref`].
    pub async fn close_by_ref(&self) -> Result<(), DbErr> {
        self.inner.close_by_ref().await
    }

    /// Runs `callback` in a transaction; as [`DatabaseConnection::transaction_async`].
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseConnection::transaction_async`].
    pub async fn transaction_async<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> AsyncFnOnce(&'c MeasuredDatabaseTransaction) -> Result<T, E> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let transaction = self.begin().await.map_err(TransactionError::Connection)?;
        let result = callback(&transaction).await;
        transaction.end(result).await
    }

    /// As [`Self::transaction_async`], with these settings.
    ///
    /// # Errors
    ///
    /// Those of [`DatabaseConnection::transaction_with_config_async`].
    pub async fn transaction_with_config_async<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> AsyncFnOnce(&'c MeasuredDatabaseTransaction) -> Result<T, E> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let begun = self.begin_with_config(isolation_level, access_mode).await;
        let transaction = begun.map_err(TransactionError::Connection)?;
        let result = callback(&transaction).await;
        transaction.end(result).await
    }

    async fn run<T: Rows>(
        &self,
        operation: Operation<'_>,
        run: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        self.noticing(observe(operation, run).await)
    }

    async fn begun(
        &self,
        begin: impl Future<Output = Result<DatabaseTransaction, DbErr>>,
    ) -> Result<MeasuredDatabaseTransaction, DbErr> {
        let result = self.told.begin(begin, sqlx_error).await;
        let (inner, told) = self.noticing(result)?;
        Ok(MeasuredDatabaseTransaction::new(inner, told))
    }

    /// Counts that no connection was to be had.
    fn noticing<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Some(error) = result.as_ref().err().and_then(acquire_error) {
            self.told.no_connection(error);
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for MeasuredDatabaseConnection {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let operation = self.told.statement(&statement.sql);
        self.run(operation, self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.told.statement(sql), self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let operation = self.told.statement(&statement.sql);
        self.run(operation, self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let operation = self.told.statement(&statement.sql);
        self.run(operation, self.inner.query_all_raw(statement)).await
    }

    fn support_returning(&self) -> bool {
        self.inner.support_returning()
    }

    fn is_mock_connection(&self) -> bool {
        self.inner.is_mock_connection()
    }
}

impl StreamTrait for MeasuredDatabaseConnection {
    type Stream<'a> = MeasuredQueryStream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let mut wait = self.told.statement(&statement.sql);
            // Starts with its first poll, if it comes to that.
            let operation = self.told.statement(&statement.sql);
            let (obtained, _) = wait.watch(Inside::new(self.inner.stream_raw(statement))).await;
            match self.noticing(obtained) {
                Ok(rows) => {
                    // Nothing is sent before the first poll: until now, it waited for a connection.
                    wait.started_at(Instant::now());
                    wait.forget();
                    Ok(MeasuredQueryStream::new(rows, operation))
                }
                Err(error) => {
                    fail(&mut wait, &error);
                    Err(error)
                }
            }
        })
    }
}

#[async_trait]
impl TransactionTrait for MeasuredDatabaseConnection {
    type Transaction = MeasuredDatabaseTransaction;

    async fn begin(&self) -> Result<MeasuredDatabaseTransaction, DbErr> {
        self.begun(self.inner.begin()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<MeasuredDatabaseTransaction, DbErr> {
        self.begun(self.inner.begin_with_config(isolation_level, access_mode)).await
    }

    async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<MeasuredDatabaseTransaction, DbErr> {
        self.begun(self.inner.begin_with_options(options)).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(
                &'c MeasuredDatabaseTransaction,
            ) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
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
        F: for<'c> FnOnce(
                &'c MeasuredDatabaseTransaction,
            ) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let begun = self.begin_with_config(isolation_level, access_mode).await;
        let transaction = begun.map_err(TransactionError::Connection)?;
        let result = callback(&transaction).await;
        transaction.end(result).await
    }
}

impl Deref for MeasuredDatabaseConnection {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        self.inner()
    }
}

/// Has sea-orm tell `told`, and then `callback`, what runs on `connection`.
fn call(
    connection: &mut DatabaseConnection,
    told: &ToldDatabase,
    callback: impl Fn(&Info<'_>) + Send + Sync + 'static,
) {
    // A bare clone of the connection, which calls this too, keeps nobody's name.
    let onlooker = told.onlooker();
    connection.set_metric_callback(move |info| {
        callback::tell(&onlooker, info);
        callback(info);
    });
}

impl fmt::Debug for MeasuredDatabaseConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MeasuredDatabaseConnection").field(&self.inner).finish()
    }
}
