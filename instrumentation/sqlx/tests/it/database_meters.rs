//! Meters of databases whose points can be read, and pools that are measured by them.

use std::{collections::BTreeMap, time::Duration};

use kymo_sqlx::{DatabaseMetrics, MeasuredPool, pool_options};
use kymo_testing::{Point, Points, TestMeters};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use sqlx::{Sqlite, sqlite::SqliteConnectOptions};

pub(crate) const DURATION: &str = "db.client.operation.duration";
pub(crate) const RETURNED_ROWS: &str = "db.client.response.returned_rows";
pub(crate) const ROWS_CHANGED: &str = "kymo.db.rows.changed";
pub(crate) const TRANSACTION: &str = "kymo.db.transaction.duration";
pub(crate) const COUNT: &str = "db.client.connection.count";
pub(crate) const PENDING: &str = "db.client.connection.pending_requests";
pub(crate) const TIMEOUTS: &str = "db.client.connection.timeouts";
pub(crate) const CREATE_TIME: &str = "db.client.connection.create_time";
pub(crate) const UNTIMED: &str = "kymo.db.connection.untimed";
pub(crate) const WAIT_TIME: &str = "db.client.connection.wait_time";
pub(crate) const USE_TIME: &str = "db.client.connection.use_time";
pub(crate) const ERRORS: &str = "kymo.db.connection.errors";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";
pub(crate) const OUTSIDE: &str = "kymo.http.server.request.outside";

pub(crate) struct DatabaseMeters {
    pub(crate) provider: SdkMeterProvider,
    pub(crate) metrics: DatabaseMetrics,
    kept: TestMeters,
}

/// The expected counts of operations or transactions: an `error.type` or an outcome, and how often.
pub(crate) type Counts<'a> = &'a [(&'a str, i64)];

impl DatabaseMeters {
    pub(crate) fn new() -> Self {
        let kept = TestMeters::new();
        Self { metrics: DatabaseMetrics::new(&*kept), provider: (*kept).clone(), kept }
    }

    /// A measured pool of at most `connections` to one database in memory, with the tables of
    /// [`TABLES`].
    pub(crate) async fn pool(&self, connections: u32) -> MeasuredPool<Sqlite> {
        let options = pool_options::<Sqlite>().max_connections(connections);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
        self.metrics.pool(pool)
    }

    /// Every point that was recorded at least once, or is observed.
    pub(crate) fn points(&self) -> Points {
        let mut snapshot = self.kept.snapshot();
        let is_ours = |scope: &str| ["kymo-pool", "kymo-sqlx"].contains(&scope);
        snapshot.metrics.retain(|metric| is_ours(&metric.scope.name));
        let declared = [kymo_pool::metrics::ALL, kymo_sqlx::metrics::ALL, kymo_core::metrics::ALL];
        snapshot.assert_declared(declared.into_iter().flatten());
        snapshot.points()
    }

    /// The points of the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Vec<Point> {
        self.points().of(name)
    }

    /// The only point of the metric `name`.
    pub(crate) fn only(&self, name: &str) -> Point {
        self.points().only(name)
    }

    /// The sum of the points of `name` whose attributes include `attributes`.
    pub(crate) fn count(&self, name: &str, attributes: &[(&str, &str)]) -> i64 {
        self.points().count(name, attributes)
    }

    /// How often `name` was recorded under each value of `key`, `""` where it is absent.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        self.points().by(name, key)
    }

    /// How many operations ended with each `error.type`, `""` for a success, apart from those that
    /// begin and end transactions.
    pub(crate) fn operations(&self) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for point in self.of(DURATION) {
            if !is_of_transaction(point.get("db.query.summary").unwrap_or("")) {
                let error = point.get("error.type").unwrap_or("").to_owned();
                *counts.entry(error).or_default() += point.count;
            }
        }
        counts
    }

    /// Asserts that operations were counted so often by `error.type`; see [`DatabaseMeters::operations`].
    #[track_caller]
    pub(crate) fn assert_operations(&self, counts: Counts<'_>) {
        assert_eq!(self.operations(), map(counts), "{:#?}", self.of(DURATION));
    }

    /// Asserts that transactions were counted so often by outcome.
    #[track_caller]
    pub(crate) fn assert_transactions(&self, counts: Counts<'_>) {
        assert_eq!(self.by(TRANSACTION, "kymo.db.transaction.outcome"), map(counts));
    }

    /// Rows inserted into `table` minus rows deleted from it.
    pub(crate) fn balance(&self, table: &str) -> i64 {
        let changed = |operation| {
            let attributes = [("db.collection.name", table), ("db.operation.name", operation)];
            self.count(ROWS_CHANGED, &attributes)
        };
        changed("INSERT") - changed("DELETE")
    }

    /// Asserts that nobody waits for a connection of the pools, and in a while nobody has one.
    pub(crate) async fn assert_at_rest(&self) {
        assert_eq!(self.count(PENDING, &[]), 0);
        for _ in 0..200 {
            if self.count(COUNT, &[("db.client.connection.state", "used")]) == 0 {
                return;
            }
            // sqlx gives a connection back in a task.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("connections are still in use: {:#?}", self.of(COUNT));
    }
}

/// A table of one row, and one that is empty.
pub(crate) const TABLES: &str = "CREATE TABLE acts (n INTEGER PRIMARY KEY); INSERT INTO acts VALUES (1); \
     CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE)";

/// A database in a file of its own, for more than one connection.
pub(crate) fn file_options(folder: &tempfile::TempDir) -> SqliteConnectOptions {
    let file = folder.path().join("books.db");
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
}

fn map(counts: Counts<'_>) -> BTreeMap<String, i64> {
    counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

/// Whether a statement begins or ends a transaction or a savepoint.
fn is_of_transaction(summary: &str) -> bool {
    ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"].iter().any(|s| summary.starts_with(s))
}
