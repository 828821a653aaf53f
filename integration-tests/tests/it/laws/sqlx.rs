//! The laws, for pools of sqlx.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use kymo::{
    MetricSpec,
    sqlx::MeasuredPool,
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool, sqlite::SqlitePoolOptions};

use super::give_up::under_way;

/// A pool of SQLite in memory, opened when it is first asked.
struct Database {
    pool: Pool,
    /// Chooses what the program's own code does when a connection is opened.
    opening: Arc<AtomicU8>,
}

enum Pool {
    Bare(SqlitePool),
    Measured(MeasuredPool<Sqlite>),
}

/// The ways in which the program's own code ends, which sqlx runs within an operation.
mod opening {
    pub(super) const WELL: u8 = 0;
    pub(super) const TORN: u8 = 1;
    pub(super) const TRAPPED: u8 = 2;
}

async fn open(how: u8) -> sqlx::Result<()> {
    match how {
        opening::TORN => panic!("the connection is torn"),
        opening::TRAPPED => {
            let _trap = laws::Trap;
            std::future::pending().await
        }
        _ => Ok(()),
    }
}

/// Takes longer than anybody waits, and ends of itself: the thread of the database cannot be
/// stopped before its first row.
const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) \
                    SELECT count(*) FROM n";

impl Database {
    /// The one column of the one row, or the error.
    fn ask(&self, sql: String) -> BoxFuture<'_, sqlx::Result<i64>> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        match &self.pool {
            Pool::Bare(pool) => Box::pin(query.fetch_one(pool)),
            Pool::Measured(pool) => Box::pin(query.fetch_one(pool)),
        }
    }
}

impl Subject for Database {
    type Telemetry = TestTelemetry;
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

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        // More than one: a query that was given up still has its connection.
        let opening = Arc::new(AtomicU8::new(opening::WELL));
        let how = Arc::clone(&opening);
        let options = SqlitePoolOptions::new().max_connections(2).after_connect(move |_, _| {
            let how = how.load(Ordering::Relaxed);
            Box::pin(open(how))
        });
        let pool = options.connect_lazy("sqlite::memory:").unwrap();
        let pool = match telemetry {
            Some(telemetry) => {
                let pool = telemetry.sqlx(pool);
                // The gauges vanish with the pool, and the laws look at them afterwards.
                std::mem::forget(pool.clone());
                Pool::Measured(pool)
            }
            None => Pool::Bare(pool),
        };
        Self { pool, opening }
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

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.ask(SLOW.to_owned())).await;
    }

    async fn panic(&self) {
        self.opening.store(opening::TORN, Ordering::Relaxed);
        laws::unwind(self.ask("SELECT 1".to_owned())).await;
    }

    async fn panic_in_drop(&self) {
        self.opening.store(opening::TRAPPED, Ordering::Relaxed);
        let mut asked = self.ask("SELECT 1".to_owned());
        under_way(&mut asked).await;
        laws::unwind_in_drop(asked).await;
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
