//! What knows the migrations of a program.

use std::{borrow::Borrow, sync::Arc};

use opentelemetry::metrics::MeterProvider;
use sqlx::migrate::Migrator;

use crate::{
    instruments::{DatabaseSeries, Instruments},
    migrations::Migrations,
    registry::Registry,
    scope,
};

/// Measures migrations through the meters of one provider.
///
/// Clones share their instruments. Make one for each provider: two of one provider do not know of each
/// other's databases, and overwrite each other's `kymo.migration.count`.
#[derive(Debug, Clone)]
pub struct MigrationMetrics {
    instruments: Arc<Instruments>,
    registry: Arc<Registry>,
}

impl MigrationMetrics {
    /// Instruments from `meters`, for any number of databases.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = scope::meter(meters);
        let registry = Registry::observed_by(&meter);
        Self { instruments: Arc::new(Instruments::new(&meter)), registry }
    }

    /// The migrations of `migrator`, which is sqlx's: itself, a reference to a static one, or an `Arc`.
    pub fn migrations(
        &self,
        migrator: impl Borrow<Migrator> + Send + Sync + 'static,
    ) -> Migrations {
        Migrations::new(self.clone(), Arc::new(migrator))
    }

    pub(crate) fn database(&self, name: &str) -> Arc<DatabaseSeries> {
        Arc::new(DatabaseSeries::new(Arc::clone(&self.instruments), name))
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }
}
