//! A connection whose statements are measured.

use std::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use futures_core::future::BoxFuture;
use sqlx::{Connection as _, Database, SqlSafeStr, SqlStr, database::HasStatementCache};

use crate::{
    database::driver::Driver, handles::transaction::MeasuredTransaction,
    recording::measures::Measures, rows::ledger::Ledger,
};

/// A connection whose statements are measured: a [`MeasuredPoolConnection`] and a
/// [`MeasuredTransaction`] deref to it, so that a function can be given either.
///
/// ```
/// use kymo_sqlx::{MeasuredConnection, MeasuredPool};
/// use sqlx::Sqlite;
///
/// async fn insert(connection: &mut MeasuredConnection<'_, Sqlite>, title: &str) -> sqlx::Result<()> {
///     sqlx::query("INSERT INTO books VALUES (?)").bind(title).execute(connection).await.map(drop)
/// }
///
/// async fn run(pool: &MeasuredPool<Sqlite>) -> sqlx::Result<()> {
///     insert(&mut *pool.acquire().await?, "Dune").await?;
///     let mut transaction = pool.begin().await?;
///     insert(&mut transaction, "Emma").await?;
///     transaction.commit().await
/// }
/// ```
///
/// `&mut` of it is an [`Executor`](sqlx::Executor). It derefs to the driver's own connection, for
/// what only that can do, such as `COPY`: statements that are executed on the driver's connection
/// itself are not measured. Lending it out is counted in `kymo.db.connection.direct_uses`, and from
/// then on, until a transaction is begun or ended here, no changed rows are counted: a transaction may
/// have been begun or ended on it unseen.
///
/// [`MeasuredPoolConnection`]: crate::MeasuredPoolConnection
pub type MeasuredConnection<'c, DB> =
    Measured<DB, dyn DerefMut<Target = <DB as Database>::Connection> + Send + 'c>;

/// The driver's connection in one of sqlx's guards, and what measures it: see
/// [`MeasuredConnection`].
pub struct Measured<DB: Database, G: ?Sized> {
    pub(crate) measures: Arc<Measures>,
    pub(crate) driver: &'static Driver<DB>,
    /// The rows that the open transaction has changed so far.
    pub(crate) ledger: Ledger,
    pub(crate) guard: G,
}

impl<DB: Database, G> Measured<DB, G>
where
    G: DerefMut<Target = DB::Connection> + Send + ?Sized,
{
    /// Begins a transaction, or sets a savepoint inside the one that is open.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::begin`](sqlx::Connection::begin).
    pub async fn begin(&mut self) -> sqlx::Result<MeasuredTransaction<'_, DB>> {
        self.open(None).await
    }

    /// Begins a transaction with `statement` instead of `BEGIN`.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::begin_with`](sqlx::Connection::begin_with), such as that a transaction
    /// is open already.
    pub async fn begin_with(
        &mut self,
        statement: impl SqlSafeStr,
    ) -> sqlx::Result<MeasuredTransaction<'_, DB>> {
        self.open(Some(statement.into_sql_str())).await
    }

    /// Runs `callback` inside a transaction, which is committed if it returns `Ok` and rolled back
    /// if it returns an error.
    ///
    /// # Errors
    ///
    /// Those of `callback`, of the beginning and of the end; see
    /// [`Connection::transaction`](sqlx::Connection::transaction).
    pub async fn transaction<'a, F, R, E>(&'a mut self, callback: F) -> Result<R, E>
    where
        for<'t> F:
            FnOnce(&'t mut MeasuredTransaction<'_, DB>) -> BoxFuture<'t, Result<R, E>> + Send + 'a,
        R: Send,
        E: From<sqlx::Error> + Send,
    {
        let mut transaction = self.begin().await?;
        match callback(&mut transaction).await {
            Ok(result) => {
                transaction.commit().await?;
                Ok(result)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// As [`Connection::ping`](sqlx::Connection::ping), which is no statement.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::ping`](sqlx::Connection::ping).
    pub fn ping(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send + '_ {
        self.guard.ping()
    }

    /// As [`Connection::cached_statements_size`](sqlx::Connection::cached_statements_size).
    pub fn cached_statements_size(&self) -> usize
    where
        DB: HasStatementCache,
    {
        self.guard.cached_statements_size()
    }

    /// As [`Connection::clear_cached_statements`](sqlx::Connection::clear_cached_statements).
    ///
    /// # Errors
    ///
    /// Those of [`Connection::clear_cached_statements`](sqlx::Connection::clear_cached_statements).
    pub fn clear_cached_statements(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send + '_
    where
        DB: HasStatementCache,
    {
        self.guard.clear_cached_statements()
    }

    fn open(
        &mut self,
        statement: Option<SqlStr>,
    ) -> impl Future<Output = sqlx::Result<MeasuredTransaction<'_, DB>>> + Send {
        let Self { measures, driver, ledger, guard } = self;
        MeasuredTransaction::begin_inside(measures, driver, ledger, guard, statement)
    }
}

impl<DB: Database, G: DerefMut<Target = DB::Connection> + ?Sized> Measured<DB, G> {
    /// The driver's own connection, on which anything can be done unseen.
    pub(crate) fn lend(&mut self) -> &mut DB::Connection {
        self.measures.pool().count_direct_use();
        self.ledger.lend();
        &mut self.guard
    }
}

impl<DB: Database, G: DerefMut<Target = DB::Connection> + ?Sized> Deref for Measured<DB, G> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.guard
    }
}

impl<DB: Database, G: DerefMut<Target = DB::Connection> + ?Sized> DerefMut for Measured<DB, G> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        self.lend()
    }
}

/// For what takes any connection of a driver, such as PostgreSQL's advisory locks.
impl<DB: Database, G> AsMut<DB::Connection> for Measured<DB, G>
where
    G: DerefMut<Target = DB::Connection> + ?Sized,
{
    fn as_mut(&mut self) -> &mut DB::Connection {
        self.lend()
    }
}

impl<DB: Database, G: ?Sized> fmt::Debug for Measured<DB, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredConnection").finish_non_exhaustive()
    }
}
