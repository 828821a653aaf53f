//! The measurer of pools.

use std::{fmt::Debug, sync::Arc};

use kymo_pool::{PoolMetrics, PoolName, PoolNameError};
use kymo_sql::System;
use opentelemetry::metrics::MeterProvider;
use sqlx::{Database, Executor, Pool};

use crate::{
    database::{driver::Driver, identity::Identity, silence},
    handles::{
        pool::{MeasuredPool, Shared},
        settings::PoolSettings,
    },
    metrics::SCOPE,
    recording::{measures::Measures, pool_series::PoolSeries, recorder::Recorder},
    told::ToldDatabase,
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

    /// A database that others query, by the driver of `system`, named as `settings` say: under the name of
    /// the system, with a number if there are several, and at no place, unless they say one.
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another measured pool has the name of the settings, and is still there, or
    /// nobody may have it.
    pub fn told(
        &self,
        system: System,
        settings: &PoolSettings,
    ) -> Result<ToldDatabase, PoolNameError> {
        let name = settings.name.as_deref().map(|name| self.pools.take(name)).transpose()?;
        let identity = settings.identity_of(system);
        Ok(self.told_as(name, &identity, settings))
    }

    /// As [`DatabaseMetrics::told`], without settings.
    pub fn told_numbered(&self, system: System) -> ToldDatabase {
        let settings = PoolSettings::new();
        self.told_as(None, &settings.identity_of(system), &settings)
    }

    fn told_as(
        &self,
        name: Option<Arc<PoolName>>,
        identity: &Identity,
        settings: &PoolSettings,
    ) -> ToldDatabase {
        let name = name.unwrap_or_else(|| self.pools.take_numbered(&identity.pool_name()));
        let series = PoolSeries::untold(&self.recorder.instruments, name.value().clone());
        let recorder = Arc::clone(&self.recorder);
        let measures = Measures::new(recorder, identity, series, settings.without);
        ToldDatabase::new(measures, name, self.pools.clone())
    }

    fn named<DB: Database>(
        &self,
        name: &Arc<PoolName>,
        pool: Pool<DB>,
        settings: &PoolSettings,
        driver: &'static Driver<DB>,
    ) -> MeasuredPool<DB> {
        let series = PoolSeries::new(&self.recorder.instruments, name.value().clone(), pool.size());
        silence::warn(&pool, name.value().as_str());
        let identity = settings.identity(&pool);
        let measures =
            Measures::new(Arc::clone(&self.recorder), &identity, series, settings.without);
        let shared = Arc::new(Shared::new(pool, Arc::clone(name), measures, driver));
        self.pools.watch(name, &shared, Shared::state);
        MeasuredPool::new(shared)
    }
}
