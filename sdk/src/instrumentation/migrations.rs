//! Migrations: see [`Telemetry::migrations`].

use std::borrow::Borrow;

use kymo_migrations::{MigrationMetrics, Migrator};

pub use kymo_migrations::{EitherPool, MigrationCounts, MigrationStatus, Migrations};

use crate::Telemetry;

impl Telemetry {
    /// Measures the migrations of sqlx's `Migrator`, itself or a reference to a static one: how long
    /// each takes, and where the schema stands.
    ///
    /// ```
    /// # async fn run(telemetry: &kymo::Telemetry, migrator: sqlx::migrate::Migrator) -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = telemetry.sqlx(sqlx::SqlitePool::connect("sqlite::memory:").await?);
    ///
    /// // In a program: `telemetry.migrations(sqlx::migrate!())`.
    /// let migrations = telemetry.migrations(migrator).of(&pool);
    /// let schema = migrations.watch(&pool);
    /// migrations.run(&pool).await?;
    ///
    /// // For a readiness probe.
    /// let is_ready = schema.is_ready();
    /// # Ok(())
    /// # }
    /// ```
    pub fn migrations(
        &self,
        migrator: impl Borrow<Migrator> + Send + Sync + 'static,
    ) -> Migrations {
        let metrics = self.kept.of(|| MigrationMetrics::new(self.meters()));
        metrics.migrations(migrator)
    }
}
