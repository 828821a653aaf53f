//! Meters of migrations whose points can be read, and sets of migrations.

use std::collections::BTreeMap;

use kymo_migrations::MigrationMetrics;
use kymo_testing::{Kind, Points, TestMeters};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqlitePoolOptions,
};

pub(crate) const DURATION: &str = "kymo.migration.duration";
pub(crate) const LAST: &str = "kymo.migration.last_duration";
pub(crate) const RUNS: &str = "kymo.migration.run.duration";
pub(crate) const COUNT: &str = "kymo.migrations";
pub(crate) const LATEST: &str = "kymo.migration.latest_version";
pub(crate) const READ_ERRORS: &str = "kymo.migration.read.errors";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) const NAME: &str = "db.client.connection.pool.name";

pub(crate) struct MigrationMeters {
    pub(crate) metrics: MigrationMetrics,
    pub(crate) provider: SdkMeterProvider,
    kept: TestMeters,
}

impl MigrationMeters {
    pub(crate) fn new() -> Self {
        let kept = TestMeters::new();
        Self { metrics: MigrationMetrics::new(&*kept), provider: (*kept).clone(), kept }
    }

    /// The values of the metric `name` by that of the attribute `key`, `""` where it is absent: those of
    /// a sum, the counts of a histogram, or how many there are of a gauge.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        let snapshot = self.kept.snapshot();
        let databases = [kymo_sqlx::metrics::ALL, kymo_pool::metrics::ALL].concat();
        let others = kymo_migrations::metrics::ALL.iter().chain(kymo_core::metrics::ALL);
        snapshot.assert_declared(databases.iter().chain(others));
        let mut points = snapshot.points().of(name);
        if snapshot.named(name).any(|metric| metric.kind == Kind::Gauge) {
            for point in &mut points {
                point.count = 1;
            }
        }
        points.into_iter().collect::<Points>().by(name, key)
    }
}

/// A database in memory.
pub(crate) fn pool() -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect_lazy("sqlite::memory:").unwrap()
}

/// Migrations of these versions, which do nothing.
pub(crate) fn program(versions: impl IntoIterator<Item = i64>) -> Migrator {
    let migration = |version| {
        let sql = AssertSqlSafe("SELECT 1").into_sql_str();
        Migration::new(version, "one".into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(versions.into_iter().map(migration).collect())
}

pub(crate) fn counted<const N: usize>(counts: [(&str, i64); N]) -> BTreeMap<String, i64> {
    counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect()
}
