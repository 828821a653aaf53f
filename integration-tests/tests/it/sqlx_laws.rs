//! The laws, for pools of sqlx.

use std::time::Duration;

use futures_util::future::BoxFuture;
use kymo::{
    MetricSpec, Telemetry,
    sqlx::MeasuredPool,
    testing::laws::{self, Subject},
};
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool, sqlite::SqlitePoolOptions};

/// A pool of SQLite in memory, opened when it is first asked.
enum Database {
    Bare(SqlitePool),
    Measured(MeasuredPool<Sqlite>),
}

/// Takes longer than anybody waits, and ends of itself: the thread of the database cannot be
/// stopped before its first row.
const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) \
                    SELECT count(*) FROM n";

impl Database {
    /// The one column of the one row, or the error.
    fn ask(&self, sql: String) -> BoxFuture<'_, sqlx::Result<i64>> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        match self {
            Self::Bare(pool) => Box::pin(query.fetch_one(pool)),
            Self::Measured(pool) => Box::pin(query.fetch_one(pool)),
        }
    }
}

impl Subject for Database {
    const OPERATIONS: &'static str = "db.client.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &["db.client.connection.pending_requests"];
    const SERIES: usize = 401;
    /// Each takes a round trip to the thread of the database.
    const STRANGERS: u32 = 10_000;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            ["db.", "kymo.db.", "kymo.cardinality."].iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&Telemetry>) -> Self {
        // More than one: a query that was given up still has its connection.
        let options = SqlitePoolOptions::new().max_connections(2);
        let pool = options.connect_lazy("sqlite::memory:").unwrap();
        match telemetry {
            Some(telemetry) => {
                let pool = telemetry.sqlx(pool);
                // The gauges vanish with the pool, and the laws look at them afterwards.
                std::mem::forget(pool.clone());
                Self::Measured(pool)
            }
            None => Self::Bare(pool),
        }
    }

    async fn succeed(&self) {
        assert_eq!(self.ask("SELECT 1".to_owned()).await.unwrap(), 1);
    }

    async fn fail(&self) {
        self.ask("SELECT * FROM nothing".to_owned()).await.unwrap_err();
    }

    async fn cancel(&self) {
        let slow = self.ask(SLOW.to_owned());
        tokio::time::timeout(Duration::from_millis(20), slow).await.unwrap_err();
    }

    async fn stranger(&self, n: u32) {
        let _ = self.ask(format!("SELECT {n} FROM table_{n} WHERE secret = 'stranger-{n}'")).await;
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for sql in ["SELECT 7", "SELECT * FROM nothing", "SELECT 'text'", "SELECT 1 WHERE false"] {
            seen.push(format!("{:?}", self.ask(sql.to_owned()).await));
        }
        seen
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measured_pool_obeys_the_laws() {
    laws::hold::<Database>().await;
}
