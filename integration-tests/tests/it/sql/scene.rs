//! One scene, played on a bare pool and on a measured one.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use kymo::{
    sqlx::MeasuredPool,
    testing::{Snapshot, TestTelemetry},
};
use sqlx::{Connection, Database, Executor, MySql, Pool, Postgres, Sqlite};

use super::{dialect, empty_database::EmptyDatabase, transcript::Transcript};

const SOON: Duration = Duration::from_secs(10);

/// Two databases with the same in it, and a pool for each.
pub(crate) struct Scene<DB: Database> {
    fresh: [EmptyDatabase; 2],
    telemetry: TestTelemetry,
    pub(crate) bare: Pool<DB>,
    pub(crate) measured: MeasuredPool<DB>,
}

/// The snapshot of a measured pool.
pub(crate) struct Seen {
    snapshot: Snapshot,
}

impl Scene<Sqlite> {
    pub(crate) async fn on_sqlite(schema: &'static str, connections: u32) -> Self {
        Self::new([EmptyDatabase::sqlite(), EmptyDatabase::sqlite()], schema, connections).await
    }
}

impl Scene<Postgres> {
    pub(crate) async fn on_postgres(schema: &'static str, connections: u32) -> Self {
        let fresh = [EmptyDatabase::postgres().await, EmptyDatabase::postgres().await];
        Self::new(fresh, schema, connections).await
    }

    /// On a server for each.
    pub(crate) async fn of_postgres(servers: [&integration_tests::Postgres; 2]) -> Self {
        let fresh = [
            EmptyDatabase::of_postgres(servers[0]).await,
            EmptyDatabase::of_postgres(servers[1]).await,
        ];
        Self::new(fresh, dialect::postgres::ACCOUNTS, 1).await
    }
}

impl Scene<MySql> {
    pub(crate) async fn on_mariadb(schema: &'static str, connections: u32) -> Self {
        let fresh = [EmptyDatabase::mariadb().await, EmptyDatabase::mariadb().await];
        Self::new(fresh, schema, connections).await
    }

    /// On a server for each.
    pub(crate) async fn of_mariadb(servers: [&integration_tests::MariaDb; 2]) -> Self {
        let fresh = [
            EmptyDatabase::of_mariadb(servers[0]).await,
            EmptyDatabase::of_mariadb(servers[1]).await,
        ];
        Self::new(fresh, dialect::mariadb::ACCOUNTS, 1).await
    }
}

impl<DB: Database> Scene<DB>
where
    DB::QueryResult: Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    /// With `schema` in both databases, and pools of so many connections.
    async fn new(fresh: [EmptyDatabase; 2], schema: &'static str, connections: u32) -> Self {
        for fresh in &fresh {
            let mut connection = DB::Connection::connect(&fresh.url).await.unwrap();
            connection.execute(sqlx::raw_sql(schema)).await.unwrap();
            connection.close().await.unwrap();
        }
        let telemetry = TestTelemetry::new();
        let bare = super::pool(&fresh[0], connections);
        let measured = telemetry.sqlx(super::pool(&fresh[1], connections));
        Self { fresh, telemetry, bare, measured }
    }

    /// Checks that both pools showed the same, and gives back what the measured one measured.
    pub(crate) async fn seen(&self, bare: Transcript, measured: Transcript) -> Seen {
        let names = self.fresh.each_ref().map(|fresh| fresh.name.as_str());
        super::same(names, &[bare, measured]);
        let snapshot = self.telemetry.eventually(SOON, |metrics| self.is_settled(metrics)).await;
        Seen { snapshot }
    }

    /// Whether the gauges say what the pool says, which is that nobody uses it.
    fn is_settled(&self, metrics: &Snapshot) -> bool {
        let count = metrics.up_down_counter("db.client.connection.count");
        let idle = count.clone().with("db.client.connection.state", "idle").try_value();
        let used = count.with("db.client.connection.state", "used").try_value();
        let pending = metrics.up_down_counter("db.client.connection.pending_requests").try_value();
        let size = i64::from(self.measured.size());
        idle == Some(size.into())
            && used == Some(0.into())
            && pending == Some(0.into())
            && self.measured.num_idle() == self.measured.size() as usize
    }
}

impl Seen {
    /// All operations there were, such as `INSERT books`, or with an error
    /// `INSERT books: unique_violation 23505`, and how many of each.
    #[track_caller]
    pub(crate) fn operations(&self, expected: &[(&str, u64)]) -> &Self {
        let mut seen = BTreeMap::new();
        for series in self.snapshot.histogram("db.client.operation.duration").series() {
            let text = |key| series.attributes.get(key).map(ToString::to_string);
            let summary = text("db.query.summary").unwrap_or_else(|| "unknown".to_owned());
            let words = [text("error.type"), text("db.response.status_code")];
            let words = words.into_iter().flatten().collect::<Vec<_>>();
            let name =
                if words.is_empty() { summary } else { format!("{summary}: {}", words.join(" ")) };
            *seen.entry(name).or_default() += series.reading.histogram().unwrap().count;
        }
        let expected = expected.iter().map(|&(name, count)| (name.to_owned(), count));
        assert_eq!(seen, expected.collect::<BTreeMap<_, u64>>(), "{}", self.snapshot);
        self
    }

    /// How many rows were inserted and committed.
    #[track_caller]
    pub(crate) fn inserted(&self, expected: u64) -> &Self {
        let changed = self.snapshot.counter("kymo.db.rows.changed");
        let inserted = changed.with("db.operation.name", "INSERT");
        let seen = inserted.try_value().unwrap_or_else(|| 0_u64.into());
        assert!(seen.agrees(expected), "inserted: {seen}, not {expected}\n{}", self.snapshot);
        self
    }

    /// How transactions ended, and how many did so.
    #[track_caller]
    pub(crate) fn transactions(&self, expected: &[(&'static str, u64)]) -> &Self {
        let all = self.snapshot.histogram("kymo.db.transaction.duration");
        for &(outcome, count) in expected {
            all.clone().with("kymo.db.transaction.outcome", outcome).assert_count(count);
        }
        assert_eq!(all.count(), expected.iter().map(|(_, count)| count).sum::<u64>());
        self
    }

    /// How many waited for a connection for too long.
    #[track_caller]
    pub(crate) fn timeouts(&self, expected: u64) -> &Self {
        self.snapshot.counter("db.client.connection.timeouts").assert(expected);
        self
    }
}
