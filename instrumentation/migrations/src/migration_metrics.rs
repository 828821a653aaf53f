//! The measurer of migrations.

use std::{
    borrow::Borrow,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use opentelemetry::metrics::MeterProvider;
use sqlx::migrate::Migrator;

use crate::{
    database_series::DatabaseSeries,
    metrics::{Instruments, SCOPE},
    migrations::Migrations,
    registry::Registry,
};

/// Measures migrations through the meters of one provider.
///
/// Clones share their instruments. Make one for each provider: two of one provider do not know of each
/// other's databases, and overwrite each other's `kymo.migrations`.
#[derive(Debug, Clone)]
pub struct MigrationMetrics {
    instruments: Arc<Instruments>,
    registry: Arc<Registry>,
    /// Not a `Named`, which has a budget and keeps a series for ever: these are the states of databases, of
    /// any number, and end with the last that watches or migrates one.
    databases: Arc<Mutex<HashMap<String, Weak<DatabaseSeries>>>>,
}

impl MigrationMetrics {
    /// Instruments from `meters`, for any number of databases.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        let registry = Registry::observed_by(&meter);
        let instruments = Arc::new(Instruments::new(&meter));
        Self { instruments, registry, databases: Arc::default() }
    }

    /// The migrations of `migrator`, which is sqlx's: itself, a reference to a static one, or an `Arc`.
    pub fn migrations(
        &self,
        migrator: impl Borrow<Migrator> + Send + Sync + 'static,
    ) -> Migrations {
        Migrations::new(self.clone(), Arc::new(migrator))
    }

    /// The one there is of that name, so that whoever watches it knows of whoever migrates it.
    pub(crate) fn database(&self, name: &str) -> Arc<DatabaseSeries> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = databases.get(name).and_then(Weak::upgrade) {
            return known;
        }
        databases.retain(|_, series| series.strong_count() > 0);
        let made = Arc::new(DatabaseSeries::new(Arc::clone(&self.instruments), name));
        databases.insert(name.to_owned(), Arc::downgrade(&made));
        made
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }
}
