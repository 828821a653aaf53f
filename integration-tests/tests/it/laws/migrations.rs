//! The laws, for migrations of sqlx.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use kymo::{
    MetricSpec, Telemetry,
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};
use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    give_up::under_way,
    opening::{Opening, slow},
};

/// A database in memory, whose schema each operation migrates by one version.
struct Schema {
    telemetry: Option<Telemetry>,
    pool: SqlitePool,
    version: AtomicI64,
    opening: Opening,
}

/// Longer than a migration is waited for.
const STEPS: u32 = 6_000_000;

impl Schema {
    /// Runs the one migration of a program that knows no other.
    async fn migrate(&self, version: i64, sql: &str) -> Result<(), MigrateError> {
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        let migration = Migration::new(version, "one".into(), MigrationType::Simple, sql, false);
        let mut migrator = Migrator::with_migrations(vec![migration]);
        migrator.set_ignore_missing(true);
        match &self.telemetry {
            Some(telemetry) => telemetry.migrations(migrator).of(&self.pool).run(&self.pool).await,
            None => migrator.run(&self.pool).await,
        }
    }

    async fn next(&self, sql: &str) -> Result<(), MigrateError> {
        self.migrate(self.version.fetch_add(1, Ordering::Relaxed), sql).await
    }
}

impl Subject for Schema {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.migration.run.duration";
    const IN_FLIGHT: &'static [&'static str] = &["kymo.migration.running"];
    const SERIES: usize = 2;
    /// Each takes a dozen round trips to the thread of the database.
    const CLIENTS: u32 = 1_000;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            ["kymo.migration.", "kymo.cardinality."].iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let (opening, pool) = Opening::well();
        let telemetry = telemetry.map(|telemetry| (**telemetry).clone());
        Self { telemetry, pool, version: AtomicI64::new(1), opening }
    }

    async fn succeed(&self) {
        self.next("SELECT 1").await.unwrap();
    }

    async fn fail(&self) {
        self.next("SELECT * FROM nothing").await.unwrap_err();
    }

    async fn cancel(&self) {
        // The first one makes the table, which takes longer than is waited.
        let slow = slow(STEPS);
        tokio::time::timeout(Duration::from_millis(300), self.next(&slow)).await.unwrap_err();
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.next(&slow(STEPS))).await;
    }

    async fn panic(&self) {
        self.opening.tear();
        laws::unwind(self.next("SELECT 1")).await;
    }

    async fn panic_in_drop(&self) {
        self.opening.trap();
        let mut migrated = Box::pin(self.next("SELECT 1"));
        under_way(&mut migrated).await;
        laws::unwind_in_drop(migrated).await;
    }

    async fn client(&self, n: u32) {
        self.migrate(i64::from(n) + 1_000_000, "SELECT 1").await.unwrap();
        // The table that the migrator reads each time stays small.
        sqlx::query("DELETE FROM _sqlx_migrations").execute(&self.pool).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for sql in ["CREATE TABLE a (id INT)", "CREATE TABLE a (id INT)", "not SQL", "SELECT 1"] {
            seen.push(format!("{:?}", self.next(sql).await));
        }
        seen
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn measured_migrations_obey_the_laws() {
    laws::hold::<Schema>().await;
}

/// Law 5, for what is told of each migration.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_versions_make_a_bounded_number_of_series_and_each_is_counted() {
    let telemetry = TestTelemetry::new();
    let schema = Schema::new(Some(&telemetry));
    for n in 0..Schema::CLIENTS {
        schema.client(n).await;
    }
    let snapshot = telemetry.snapshot();
    let durations = snapshot.histogram("kymo.migration.duration");
    durations.clone().assert_count(u64::from(Schema::CLIENTS));
    let series = snapshot.named("kymo.migration.duration").map(|metric| metric.series.len());
    assert!(series.sum::<usize>() <= 201, "{snapshot}");
}
