//! What measures pools.

use std::{fmt::Debug, sync::Arc};

use opentelemetry::metrics::MeterProvider;
use sqlx::{Database, Pool};

use crate::{
    instruments::Instruments,
    measures::Measures,
    pool::{MeasuredPool, Shared},
    pool_series::PoolSeries,
    registry::{NameTaken, Registry},
    rows_affected, scope,
    settings::PoolSettings,
};

/// Measures pools of sqlx through the meters of one provider.
///
/// Clones share their instruments, and the names of their pools.
#[derive(Debug, Clone)]
pub struct DatabaseMetrics {
    instruments: Arc<Instruments>,
    registry: Arc<Registry>,
}

impl DatabaseMetrics {
    /// Instruments from `meters`, for any number of pools.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = scope::meter(meters);
        let registry = Registry::observed_by(&meter);
        Self { instruments: Arc::new(Instruments::new(&meter)), registry }
    }

    /// Measures `pool` under the name `address:port/namespace`; under `address:port/namespace#2`
    /// if a measured pool is called that already, and so on.
    ///
    /// Queries that are still made through the pool itself are not measured.
    pub fn pool<DB: Database>(&self, pool: Pool<DB>) -> MeasuredPool<DB>
    where
        DB::QueryResult: Debug,
    {
        self.numbered(pool, &PoolSettings::new())
    }

    /// As [`DatabaseMetrics::pool`], named as `settings` say.
    ///
    /// # Errors
    ///
    /// [`NameTaken`] if another measured pool has the name of the settings, and is still there.
    pub fn pool_with<DB: Database>(
        &self,
        pool: Pool<DB>,
        settings: &PoolSettings,
    ) -> Result<MeasuredPool<DB>, NameTaken>
    where
        DB::QueryResult: Debug,
    {
        let Some(name) = &settings.name else { return Ok(self.numbered(pool, settings)) };
        let make = |name| self.shared(pool, settings, name);
        self.registry.add(name, make).map(MeasuredPool::new)
    }

    fn numbered<DB: Database>(&self, pool: Pool<DB>, settings: &PoolSettings) -> MeasuredPool<DB>
    where
        DB::QueryResult: Debug,
    {
        let name = settings.identity(&pool).pool_name();
        let make = |name| self.shared(pool, settings, name);
        MeasuredPool::new(self.registry.add_numbered(&name, make))
    }

    fn shared<DB: Database>(
        &self,
        pool: Pool<DB>,
        settings: &PoolSettings,
        name: opentelemetry::StringValue,
    ) -> Arc<Shared<DB>>
    where
        DB::QueryResult: Debug,
    {
        let series = PoolSeries::new(&self.instruments, name);
        let identity = settings.identity(&pool);
        let measures = Measures::new(Arc::clone(&self.instruments), identity, series);
        Arc::new(Shared::new(pool, measures, rows_affected::read::<DB::QueryResult>))
    }
}
