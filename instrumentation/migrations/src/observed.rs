//! A connection whose migrations are observed one by one.

use std::time::Duration;

use futures_core::future::BoxFuture;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration};

use crate::{database_series::DatabaseSeries, direction::Direction};

/// Does what the connection does, and records the migrations and the wait for the lock.
pub(crate) struct Observed<'c, C> {
    connection: &'c mut C,
    series: &'c DatabaseSeries,
}

impl<'c, C: Migrate> Observed<'c, C> {
    pub(crate) fn new(connection: &'c mut C, series: &'c DatabaseSeries) -> Self {
        Self { connection, series }
    }
}

impl<C: Migrate + Send> Migrate for Observed<'_, C> {
    fn create_schema_if_not_exists<'e>(
        &'e mut self,
        schema_name: &'e str,
    ) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.connection.create_schema_if_not_exists(schema_name)
    }

    fn ensure_migrations_table<'e>(
        &'e mut self,
        table_name: &'e str,
    ) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.connection.ensure_migrations_table(table_name)
    }

    fn dirty_version<'e>(
        &'e mut self,
        table_name: &'e str,
    ) -> BoxFuture<'e, Result<Option<i64>, MigrateError>> {
        self.connection.dirty_version(table_name)
    }

    fn list_applied_migrations<'e>(
        &'e mut self,
        table_name: &'e str,
    ) -> BoxFuture<'e, Result<Vec<AppliedMigration>, MigrateError>> {
        self.connection.list_applied_migrations(table_name)
    }

    fn lock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        Box::pin(self.series.lock(self.connection.lock()))
    }

    fn unlock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        self.connection.unlock()
    }

    fn apply<'e>(
        &'e mut self,
        table_name: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        let applied = self.connection.apply(table_name, migration);
        Box::pin(self.series.migration(migration.version, Direction::Up, applied))
    }

    fn revert<'e>(
        &'e mut self,
        table_name: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        let reverted = self.connection.revert(table_name, migration);
        Box::pin(self.series.migration(migration.version, Direction::Down, reverted))
    }

    fn skip<'e>(
        &'e mut self,
        table_name: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<(), MigrateError>> {
        let skipped = self.connection.skip(table_name, migration);
        Box::pin(self.series.migration(migration.version, Direction::Skip, skipped))
    }
}
