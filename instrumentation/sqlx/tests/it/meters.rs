//! Meters whose points can be read, and pools that are measured by them.

use std::{collections::BTreeMap, time::Duration};

use kymo_sqlx::{DatabaseMetrics, MeasuredPool, pool_options};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};
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

pub(crate) struct Meters {
    pub(crate) provider: SdkMeterProvider,
    pub(crate) metrics: DatabaseMetrics,
    exporter: InMemoryMetricExporter,
}

/// One point: a sum's value, or a histogram's count and sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) count: i64,
    pub(crate) sum: f64,
}

/// What an operation or a transaction is expected to be counted under: its `error.type` or
/// outcome, and how often.
pub(crate) type Counts<'a> = &'a [(&'a str, i64)];

impl Point {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }
}

impl Meters {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        Self { metrics: DatabaseMetrics::new(&provider), provider, exporter }
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
    pub(crate) fn points(&self) -> Vec<Point> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        metrics.flat_map(points).collect()
    }

    /// The points of the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Vec<Point> {
        self.points().into_iter().filter(|point| point.name == name).collect()
    }

    /// The only point of the metric `name`.
    pub(crate) fn only(&self, name: &str) -> Point {
        let mut points = self.of(name);
        assert_eq!(points.len(), 1, "{name}: {points:#?}");
        points.remove(0)
    }

    /// The sum of the points of `name` whose attributes include `attributes`.
    pub(crate) fn count(&self, name: &str, attributes: &[(&str, &str)]) -> i64 {
        let has = |point: &Point| attributes.iter().all(|(k, v)| point.get(k) == Some(*v));
        self.of(name).iter().filter(|point| has(point)).map(|point| point.count).sum()
    }

    /// How often `name` was recorded under each value of `key`, `""` where it is absent.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for point in self.of(name) {
            *counts.entry(point.get(key).unwrap_or("").to_owned()).or_default() += point.count;
        }
        counts
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

    /// Asserts that operations were counted so often by `error.type`; see [`Meters::operations`].
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

fn points(metric: &Metric) -> Vec<Point> {
    let point =
        |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>, count, sum| Point {
            name: metric.name().to_owned(),
            attributes: attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect(),
            count,
            sum,
        };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|p| point(&mut p.attributes(), p.count().cast_signed(), p.sum()))
            .collect(),
        AggregatedMetrics::U64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|p| {
                let sum = u32::try_from(p.sum()).unwrap();
                point(&mut p.attributes(), p.count().cast_signed(), f64::from(sum))
            })
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|p| point(&mut p.attributes(), p.value().cast_signed(), 0.0))
            .collect(),
        AggregatedMetrics::I64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| point(&mut p.attributes(), p.value(), 0.0)).collect()
        }
        other => panic!("{} is of a kind that is not declared: {other:?}", metric.name()),
    }
}

/// Whether a statement begins or ends a transaction or a savepoint.
fn is_of_transaction(summary: &str) -> bool {
    ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"].iter().any(|s| summary.starts_with(s))
}
