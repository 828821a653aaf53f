//! A measured connection to an empty bookshop in memory, and what was recorded of it.

use std::{collections::BTreeMap, time::Duration};

use kymo_sea_orm::{MeasuredDatabaseConnection, SeaOrmMetrics};
use kymo_sqlx::DatabaseMetrics;
use kymo_testing::{Points, TestMeters};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

pub(crate) const DURATION: &str = "db.client.operation.duration";
pub(crate) const RETURNED_ROWS: &str = "db.client.response.returned_rows";
pub(crate) const ROWS_CHANGED: &str = "kymo.db.rows.changed";
pub(crate) const TRANSACTION: &str = "kymo.db.transaction.duration";
pub(crate) const SUMMARY: &str = "db.query.summary";

pub(crate) struct Bookshop {
    pub(crate) db: MeasuredDatabaseConnection,
    pub(crate) meters: TestMeters,
    pub(crate) metrics: SeaOrmMetrics,
}

impl Bookshop {
    pub(crate) async fn open() -> Self {
        let meters = TestMeters::new();
        let metrics = SeaOrmMetrics::new(&DatabaseMetrics::new(&*meters));
        let bare = bare().await;
        Self { db: metrics.database(bare), meters, metrics }
    }

    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        let ours = [kymo_sqlx::metrics::ALL, kymo_pool::metrics::ALL, kymo_core::metrics::ALL];
        snapshot.assert_declared(ours.into_iter().flatten());
        snapshot.points()
    }

    /// How often the metric `name` was recorded under each value of `key`, `""` where it is absent.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        self.points().by(name, key)
    }

    /// Asserts how many operations of each summary there are, of those that end as `error` says, `""` for
    /// success.
    #[track_caller]
    pub(crate) fn assert_operations(&self, error: &str, expected: &[(&str, i64)]) {
        let mut counts = BTreeMap::new();
        for point in self.points().of(DURATION) {
            if point.get("error.type").unwrap_or("") == error {
                *counts.entry(point.get(SUMMARY).unwrap_or("").to_owned()).or_insert(0) +=
                    point.count;
            }
        }
        let expected = expected.iter().map(|(summary, n)| ((*summary).to_owned(), *n)).collect();
        assert_eq!(counts, expected, "{:#?}", self.points().of(DURATION));
    }

    /// Rows that were inserted into the table of books and are committed.
    pub(crate) fn inserted(&self) -> i64 {
        let attributes = [("db.collection.name", r#""books""#), ("db.operation.name", "INSERT")];
        self.points().count(ROWS_CHANGED, &attributes)
    }

    /// How many transactions ended in each way.
    #[track_caller]
    pub(crate) fn assert_transactions(&self, expected: &[(&str, i64)]) {
        let expected = expected.iter().map(|(outcome, n)| ((*outcome).to_owned(), *n)).collect();
        assert_eq!(self.by(TRANSACTION, "kymo.db.transaction.outcome"), expected);
    }
}

/// One connection to a database of its own, with the table of books.
pub(crate) async fn bare() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).acquire_timeout(Duration::from_millis(100));
    options.sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    let table = "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE)";
    sea_orm::ConnectionTrait::execute_unprepared(&db, table).await.unwrap();
    db
}
