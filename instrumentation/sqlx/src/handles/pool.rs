//! The measured pool.

use std::{fmt, future::Future, ops::Deref, sync::Arc, time::Instant};

use kymo_pool::{PoolName, PoolState};
use sqlx::{
    Connection, Database, Pool, SqlSafeStr, SqlStr,
    pool::{CloseEvent, PoolConnection, PoolOptions},
};

use crate::{
    database::driver::Driver,
    handles::{
        borrowed::Borrowed, connection::Measured, pool_connection::MeasuredPoolConnection,
        transaction::MeasuredTransaction, weak_pool::WeakMeasuredPool,
    },
    recording::{measures::Measures, operation::Operation, use_time::UseTime, waiting},
    rows::ledger::Ledger,
};

/// sqlx's [`Pool`], measured: every query, transaction and connection that goes through it.
///
/// ```
/// use kymo_sqlx::MeasuredPool;
/// use sqlx::Sqlite;
///
/// async fn titles(pool: &MeasuredPool<Sqlite>) -> sqlx::Result<Vec<String>> {
///     sqlx::query_scalar("SELECT title FROM books").fetch_all(pool).await
/// }
/// ```
///
/// A drop-in for the pool: `&` of it is an [`Executor`](sqlx::Executor) and can be
/// [acquired](sqlx::Acquire) from, and it derefs to the pool itself for everything else. What is
/// handed the pool itself, such as PostgreSQL's `LISTEN`, is not measured.
///
/// Clones share the pool. Its gauges vanish when the last clone is dropped.
pub struct MeasuredPool<DB: Database> {
    shared: Arc<Shared<DB>>,
}

/// A pool and what measures it.
pub(crate) struct Shared<DB: Database> {
    pool: Pool<DB>,
    measures: Arc<Measures>,
    driver: &'static Driver<DB>,
    /// Free again when nobody has the pool any more.
    _name: Arc<PoolName>,
}

impl<DB: Database> MeasuredPool<DB> {
    pub(crate) fn new(shared: Arc<Shared<DB>>) -> Self {
        Self { shared }
    }

    /// Obtains a connection; as [`Pool::acquire`].
    ///
    /// # Errors
    ///
    /// Those of [`Pool::acquire`].
    pub fn acquire(
        &self,
    ) -> impl Future<Output = sqlx::Result<MeasuredPoolConnection<DB>>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move {
            let Shared { pool, measures, .. } = &*shared;
            let (connection, since) = waiting::alone(pool, measures).await?;
            Ok(shared.connection(connection, since))
        }
    }

    /// A connection that is idle right now, if there is one; as [`Pool::try_acquire`].
    pub fn try_acquire(&self) -> Option<MeasuredPoolConnection<DB>> {
        let asked = Instant::now();
        let connection = self.shared.pool.try_acquire()?;
        let now = Instant::now();
        self.measures().pool().record_obtained(now.duration_since(asked), None);
        Some(self.shared.connection(connection, now))
    }

    /// Begins a transaction; as [`Pool::begin`].
    ///
    /// # Errors
    ///
    /// Those of [`Pool::begin`].
    pub async fn begin(&self) -> sqlx::Result<MeasuredTransaction<'static, DB>> {
        self.obtain_and_begin(None).await
    }

    /// Begins a transaction with `statement`; as [`Pool::begin_with`].
    ///
    /// # Errors
    ///
    /// Those of [`Pool::begin_with`].
    pub async fn begin_with(
        &self,
        statement: impl SqlSafeStr,
    ) -> sqlx::Result<MeasuredTransaction<'static, DB>> {
        self.obtain_and_begin(Some(statement.into_sql_str())).await
    }

    /// Begins a transaction if a connection is idle right now; as [`Pool::try_begin`].
    ///
    /// # Errors
    ///
    /// Those of [`Pool::try_begin`].
    pub async fn try_begin(&self) -> sqlx::Result<Option<MeasuredTransaction<'static, DB>>> {
        self.try_obtain_and_begin(None).await
    }

    /// Begins a transaction with `statement` if a connection is idle right now; as
    /// [`Pool::try_begin_with`].
    ///
    /// # Errors
    ///
    /// Those of [`Pool::try_begin_with`].
    pub async fn try_begin_with(
        &self,
        statement: impl SqlSafeStr,
    ) -> sqlx::Result<Option<MeasuredTransaction<'static, DB>>> {
        self.try_obtain_and_begin(Some(statement.into_sql_str())).await
    }

    /// The name of the pool in the metrics: the value of `db.client.connection.pool.name`.
    pub fn name(&self) -> &str {
        self.measures().pool().name()
    }

    /// The same pool, kept by whoever else has it: it is gone when the last [`MeasuredPool`] is
    /// dropped.
    pub fn downgrade(&self) -> WeakMeasuredPool<DB> {
        WeakMeasuredPool::new(Arc::downgrade(&self.shared))
    }

    /// The pool itself; what is done with it is not measured, and `kymo.db.connection.direct_uses` counts
    /// that it was taken.
    pub fn inner(&self) -> &Pool<DB> {
        self.measures().pool().count_direct_use();
        &self.shared.pool
    }

    /// As [`MeasuredPool::inner`], for what is measured otherwise.
    #[doc(hidden)]
    pub fn unmeasured(&self) -> &Pool<DB> {
        &self.shared.pool
    }
}

/// What a pool does without a statement: as the methods of [`Pool`], which need not be taken out for it.
impl<DB: Database> MeasuredPool<DB> {
    /// As [`Pool::close`].
    pub fn close(&self) -> impl Future<Output = ()> + '_ {
        self.shared.pool.close()
    }

    /// As [`Pool::is_closed`].
    pub fn is_closed(&self) -> bool {
        self.shared.pool.is_closed()
    }

    /// As [`Pool::close_event`].
    pub fn close_event(&self) -> CloseEvent {
        self.shared.pool.close_event()
    }

    /// As [`Pool::size`].
    pub fn size(&self) -> u32 {
        self.shared.pool.size()
    }

    /// As [`Pool::num_idle`].
    pub fn num_idle(&self) -> usize {
        self.shared.pool.num_idle()
    }

    /// As [`Pool::options`].
    pub fn options(&self) -> &PoolOptions<DB> {
        self.shared.pool.options()
    }

    /// As [`Pool::connect_options`].
    pub fn connect_options(&self) -> Arc<<DB::Connection as Connection>::Options> {
        self.shared.pool.connect_options()
    }

    /// As [`Pool::set_connect_options`].
    pub fn set_connect_options(&self, options: <DB::Connection as Connection>::Options) {
        self.shared.pool.set_connect_options(options);
    }
}

impl<DB: Database> MeasuredPool<DB> {
    pub(crate) fn measures(&self) -> &Arc<Measures> {
        &self.shared.measures
    }

    pub(crate) fn driver(&self) -> &'static Driver<DB> {
        self.shared.driver
    }

    async fn obtain_and_begin(
        &self,
        statement: Option<SqlStr>,
    ) -> sqlx::Result<MeasuredTransaction<'static, DB>> {
        let measures = self.measures();
        let mut operation = self.beginning(statement.as_ref());
        let obtained = waiting::by(&mut operation, self.unmeasured()).await;
        let borrowed = Borrowed::obtained(obtained, Arc::clone(measures), &mut operation)?;
        MeasuredTransaction::begin_on(measures, self.driver(), borrowed, operation, statement).await
    }

    async fn try_obtain_and_begin(
        &self,
        statement: Option<SqlStr>,
    ) -> sqlx::Result<Option<MeasuredTransaction<'static, DB>>> {
        let Some(connection) = self.try_acquire() else { return Ok(None) };
        let (Measured { measures, driver, guard, .. }, use_time) = connection.into_parts();
        let operation = self.beginning(statement.as_ref());
        let borrowed = Borrowed { connection: guard, use_time };
        let begun =
            MeasuredTransaction::begin_on(&measures, driver, borrowed, operation, statement)
                .await?;
        Ok(Some(begun))
    }

    /// The operation that begins a transaction.
    fn beginning(&self, statement: Option<&SqlStr>) -> Operation<'_> {
        let measures = self.measures();
        let text = statement.map_or("BEGIN", SqlStr::as_str);
        measures.operation(measures.statement(text))
    }
}

impl<DB: Database> Shared<DB> {
    pub(crate) fn new(
        pool: Pool<DB>,
        name: Arc<PoolName>,
        measures: Measures,
        driver: &'static Driver<DB>,
    ) -> Self {
        Self { pool, measures: Arc::new(measures), driver, _name: name }
    }

    pub(crate) fn state(&self) -> PoolState {
        let (options, pending) = (self.pool.options(), self.measures.pool().pending());
        let max = options.get_max_connections();
        PoolState::new(self.pool.size(), self.pool.num_idle())
            .max(max)
            .idle_max(max)
            .idle_min(options.get_min_connections())
            .waiting(pending)
    }

    fn connection(&self, guard: PoolConnection<DB>, since: Instant) -> MeasuredPoolConnection<DB> {
        let measures = Arc::clone(&self.measures);
        let use_time = UseTime::since(Arc::clone(&measures), since);
        let (driver, ledger) = (self.driver, Ledger::autocommit());
        MeasuredPoolConnection::new(Measured { measures, driver, ledger, guard }, use_time)
    }
}

impl<DB: Database> Deref for MeasuredPool<DB> {
    type Target = Pool<DB>;

    fn deref(&self) -> &Pool<DB> {
        self.inner()
    }
}

impl<DB: Database> Clone for MeasuredPool<DB> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<DB: Database> fmt::Debug for MeasuredPool<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MeasuredPool").field(&self.shared.pool).finish()
    }
}
