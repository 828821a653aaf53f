//! The laws, for pools of sqlx.

use std::time::Duration;

use futures_util::future::BoxFuture;
use kymo::{
    MetricSpec,
    sqlx::MeasuredPool,
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool};

use super::{
    give_up::under_way,
    opening::{Opening, slow},
};

/// A pool of SQLite in memory, opened when it is first asked.
struct Database {
    pool: Pool,
    opening: Opening,
}

enum Pool {
    Bare(SqlitePool),
    Measured(MeasuredPool<Sqlite>),
}

/// Longer than a query is waited for.
const STEPS: u32 = 3_000_000;

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
    const KIND: Option<OperationKind> = Some(OperationKind::Sql);
    /// Each takes a round trip to the thread of the database.
    const CLIENTS: u32 = 10_000;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            let of = ["db.", "kymo.db.", "kymo.cardinality.", "kymo.http.server.request.outside"];
            of.iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let (opening, pool) = Opening::well();
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
        let slow = self.ask(slow(STEPS));
        tokio::time::timeout(Duration::from_millis(20), slow).await.unwrap_err();
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.ask(slow(STEPS))).await;
    }

    async fn panic(&self) {
        self.opening.tear();
        laws::unwind(self.ask("SELECT 1".to_owned())).await;
    }

    async fn panic_in_drop(&self) {
        self.opening.trap();
        let mut asked = self.ask("SELECT 1".to_owned());
        under_way(&mut asked).await;
        laws::unwind_in_drop(asked).await;
    }

    async fn client(&self, n: u32) {
        let _ = self.ask(format!("SELECT {n} FROM table_{n} WHERE secret = 'client-{n}'")).await;
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
