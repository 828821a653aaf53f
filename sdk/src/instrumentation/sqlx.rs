//! Databases: see [`Telemetry::sqlx`].

use std::fmt::Debug;

use kymo_sqlx::{Database, DatabaseMetrics, Executor, Pool};

pub use kymo_sqlx::{
    AcquiredConnection, MeasureConnections, Measured, MeasuredConnection, MeasuredPool,
    MeasuredPoolConnection, MeasuredTransaction, PoolNameError, PoolSettings, System,
    WeakMeasuredPool, connection_opened, error_type, pool_options,
};

use crate::Telemetry;
#[allow(unreachable_pub, unused_imports, reason = "the feature `repository` adds to it")]
pub use crate::beside::sqlx::*;

impl Telemetry {
    /// Measures every query, transaction and connection of a pool; a drop-in for the pool.
    ///
    /// The pool is called `address:port/database` in the metrics, with a number behind it if there
    /// are several. Have its options be [measured](MeasureConnections::measured), and new connections are
    /// timed as well. A pool that is measured twice has its connections counted twice, under two names.
    ///
    /// ```
    /// use kymo::sqlx::MeasureConnections as _;
    ///
    /// # async fn run(telemetry: &kymo::Telemetry) -> Result<(), sqlx::Error> {
    /// let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(5).measured();
    /// let pool = telemetry.sqlx(options.connect("sqlite::memory:").await?);
    ///
    /// let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&pool).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn sqlx<DB: Database>(&self, pool: Pool<DB>) -> MeasuredPool<DB>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::QueryResult: Debug,
    {
        self.database_metrics().pool(pool)
    }

    /// As [`Telemetry::sqlx`], named as `settings` say.
    ///
    /// ```
    /// use kymo::sqlx::{PoolSettings, System};
    ///
    /// # fn run(telemetry: &kymo::Telemetry, pool: sqlx::SqlitePool) -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = telemetry.sqlx_with(pool, &PoolSettings::new().named("orders"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another pool that is still measured has the same name, or nobody may have
    /// it.
    pub fn sqlx_with<DB: Database>(
        &self,
        pool: Pool<DB>,
        settings: &PoolSettings,
    ) -> Result<MeasuredPool<DB>, PoolNameError>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::QueryResult: Debug,
    {
        self.database_metrics().pool_with(pool, settings)
    }

    pub(crate) fn database_metrics(&self) -> DatabaseMetrics {
        let pools = self.pool_metrics();
        self.kept.of(|| DatabaseMetrics::beside(self.meters(), &pools))
    }
}
