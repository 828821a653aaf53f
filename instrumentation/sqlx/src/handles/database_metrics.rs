//! The measurer of pools.

use std::{fmt::Debug, sync::Arc};

use kymo_pool::{PoolMetrics, PoolName, PoolNameError};
use opentelemetry::metrics::MeterProvider;
use sqlx::{Database, Executor, Pool};

use crate::{
    database::driver::Driver,
    handles::{
        pool::{MeasuredPool, Shared},
        settings::PoolSettings,
    },
    metrics::SCOPE,
    recording::{measures::Measures, pool_series::PoolSeries, recorder::Recorder},
};

/// Measures pools of sqlx through the meters of one provider.
///
/// Clones share their instruments, and the names of their pools. Make one for each provider: two of
/// one provider do not know each other's names, and their gauges overwrite one another.
#[derive(Debug, Clone)]
pub struct DatabaseMetrics {
    recorder: Arc<Recorder>,
    pools: PoolMetrics,
}

impl DatabaseMetrics {
    /// Instruments from `meters`, for any number of pools.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        Self::beside(meters, &PoolMetrics::new(meters))
    }

    /// Instruments from `meters`, for any number of pools, whose names and levels are among those of
    /// `pools`.
    pub fn beside(meters: &dyn MeterProvider, pools: &PoolMetrics) -> Self {
        let recorder = Arc::new(Recorder::new(&SCOPE.meter(meters)));
        Self { recorder, pools: pools.clone() }
    }

    /// Measures `pool` under the name `address:port/namespace`; under `address:port/namespace#2`
    /// if a measured pool is called that already, and so on.
    ///
    /// Queries that are still made through the pool itself are not measured. A pool that is measured
    /// twice has its connections counted twice, under two names.
    pub fn pool<DB: Database>(&self, pool: Pool<DB>) -> MeasuredPool<DB>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::QueryResult: Debug,
    {
        let settings = PoolSettings::new();
        let name = self.pools.take_numbered(&settings.identity(&pool).pool_name());
        self.named(&name, pool, &settings, Driver::OWN)
    }

    /// As [`DatabaseMetrics::pool`], named as `settings` say.
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another measured pool has the name of the settings, and is still there, or
    /// nobody may have it.
    pub fn pool_with<DB: Database>(
        &self,
        pool: Pool<DB>,
        settings: &PoolSettings,
    ) -> Result<MeasuredPool<DB>, PoolNameError>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::QueryResult: Debug,
    {
        let name = match &settings.name {
            Some(name) => self.pools.take(name)?,
            None => self.pools.take_numbered(&settings.identity(&pool).pool_name()),
        };
        Ok(self.named(&name, pool, settings, Driver::OWN))
    }

    fn named<DB: Database>(
        &self,
        name: &Arc<PoolName>,
        pool: Pool<DB>,
        settings: &PoolSettings,
        driver: &'static Driver<DB>,
    ) -> MeasuredPool<DB> {
        let series = PoolSeries::new(&self.recorder.instruments, name.value().clone(), pool.size());
        let identity = settings.identity(&pool);
        let measures =
            Measures::new(Arc::clone(&self.recorder), &identity, series, settings.without);
        let shared = Arc::new(Shared::new(pool, Arc::clone(name), measures, driver));
        self.pools.watch(name, &shared, Shared::state);
        MeasuredPool::new(shared)
    }
}
