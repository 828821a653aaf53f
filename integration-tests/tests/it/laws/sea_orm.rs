//! The laws, for connections of sea-orm.

use std::time::Duration;

use futures_util::future::BoxFuture;
use kymo::{
    MetricSpec,
    sea_orm::MeasuredDatabaseConnection,
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, SqlxSqliteConnector,
    Statement,
};

use super::{
    give_up::under_way,
    opening::{Opening, slow},
};

/// A connection to SQLite in memory, opened when it is first asked.
struct Database {
    connection: Connection,
    opening: Opening,
}

enum Connection {
    Bare(DatabaseConnection),
    Measured(MeasuredDatabaseConnection),
}

/// Longer than a query is waited for.
const STEPS: u32 = 3_000_000;

impl Database {
    /// The one row, or the error.
    fn ask(&self, sql: String) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        let query = Statement::from_string(DbBackend::Sqlite, sql);
        match &self.connection {
            Connection::Bare(connection) => connection.query_one_raw(query),
            Connection::Measured(connection) => connection.query_one_raw(query),
        }
    }
}

impl Subject for Database {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "db.client.operation.duration";
    /// sea-orm does not tell who waits.
    const IN_FLIGHT: &'static [&'static str] = &[];
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
        let bare = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
        let connection = match telemetry {
            Some(telemetry) => Connection::Measured(telemetry.sea_orm(bare)),
            None => Connection::Bare(bare),
        };
        Self { connection, opening }
    }

    async fn succeed(&self) {
        assert!(self.ask("SELECT 1".to_owned()).await.unwrap().is_some());
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
async fn a_measured_connection_obeys_the_laws() {
    laws::hold::<Database>().await;
}
