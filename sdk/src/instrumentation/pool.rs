//! Connection pools of any kind: see [`Telemetry::pool`].

use kymo_pool::PoolMetrics;

pub use kymo_pool::{ObservedPool, PoolNameError, PoolState};

use crate::Telemetry;

impl Telemetry {
    /// Observes the levels of a pool of any kind under `name`: `state` is asked at each collection, for as
    /// long as somebody has the pool that this returns.
    ///
    /// It derefs to the pool, and nothing else keeps the pool on its account. The pools of
    /// [`Telemetry::sqlx`](Self::sqlx) are observed already.
    ///
    /// ```
    /// use kymo::pool::{ObservedPool, PoolNameError, PoolState};
    /// use sqlx::SqlitePool;
    ///
    /// # fn run(telemetry: &kymo::Telemetry, pool: SqlitePool) -> Result<(), PoolNameError> {
    /// let pool: ObservedPool<SqlitePool> = telemetry.pool("orders", pool, |pool| {
    ///     let max = pool.options().get_max_connections();
    ///     PoolState::new(pool.size(), pool.num_idle()).max(max)
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another pool that is still there has the name, one of sqlx too, or nobody may
    /// have it.
    pub fn pool<P, F>(
        &self,
        name: &str,
        pool: P,
        state: F,
    ) -> Result<ObservedPool<P>, PoolNameError>
    where
        P: Send + Sync + 'static,
        F: Fn(&P) -> PoolState + Send + Sync + 'static,
    {
        self.pool_metrics().pool(name, pool, state)
    }

    pub(crate) fn pool_metrics(&self) -> PoolMetrics {
        self.kept.of(|| PoolMetrics::new(self.meters()))
    }
}
