//! Code in the shapes of real services, and the statements that the database counted of it.

mod mariadb;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use integration_tests::MariaDb;
use kymo::{sqlx::MeasuredPool, testing::Snapshot};
use sqlx::{Database, Executor, MySql, Row, Sqlite, migrate::Migrator, sqlite::SqlitePoolOptions};

use crate::{empty_database::EmptyDatabase, heard::TELEMETRY};

static MIGRATOR: Migrator = sqlx::migrate!("tests/events/shapes/migrations");

/// What each source counts of `run`, by summary: first the measured pool, then the events.
const SHAPES: &[(&str, u64, u64)] = &[
    ("SELECT by_pool", 0, 2),
    ("SELECT by_connection", 0, 2),
    ("INSERT by_transaction", 0, 2),
    ("INSERT by_executor", 3, 0),
    ("INSERT by_acquire", 0, 1),
    ("UPDATE by_acquire", 0, 1),
    ("INSERT by_builder", 1, 0),
    ("SELECT by_builder", 1, 0),
    ("INSERT by_repository", 0, 1),
    ("DELETE by_sessions", 0, 1),
    ("INSERT by_sessions", 0, 1),
    ("INSERT by_extractor", 1, 0),
];

/// The same of the statements that the compiler checks, which are written for PostgreSQL alone.
const MACROS: &[(&str, u64, u64)] = &[("SELECT by_macro", 2, 1)];

/// How often each statement of the shapes was counted by a source in a database.
fn counted(metrics: &Snapshot, scope: &str) -> BTreeMap<String, u64> {
    let all = metrics.histogram("db.client.operation.duration").scope(scope);
    let mut counts = BTreeMap::new();
    for series in all.series() {
        let summary = series.attributes.get("db.query.summary").map(ToString::to_string);
        let summary = summary.unwrap_or_default();
        if summary.contains(" by_") && !summary.starts_with("CREATE") {
            *counts.entry(summary).or_default() += series.reading.histogram().unwrap().count;
        }
    }
    counts
}

/// Runs the shapes alone, and gives back the statements that were counted, by the source.
async fn play(run: impl AsyncFnOnce()) -> [BTreeMap<String, u64>; 3] {
    // Their tables have one name everywhere, and the events do not tell of which database they are.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let before = TELEMETRY.snapshot();
    run().await;
    let after = TELEMETRY.snapshot();
    let grown = |scope| {
        let mut counts = counted(&after, scope);
        for (summary, count) in counted(&before, scope) {
            *counts.get_mut(&summary).unwrap() -= count;
        }
        counts.retain(|_, count| *count > 0);
        counts
    };
    let unmeasured = |metrics: &Snapshot| {
        let points = metrics.points().by("kymo.db.unmeasured.operations", "db.query.summary");
        points
            .into_iter()
            .filter(|(summary, _)| summary.contains(" by_"))
            .collect::<BTreeMap<_, _>>()
    };
    let (old, mut round) = (unmeasured(&before), unmeasured(&after));
    round.retain(|summary, count| {
        *count -= old.get(summary).copied().unwrap_or_default();
        *count > 0 && !summary.starts_with("CREATE")
    });
    let round = round.into_iter().map(|(summary, count)| (summary, count.unsigned_abs()));
    [grown("kymo-sqlx"), grown("kymo-sqlx-events"), round.collect()]
}

/// Holds what was counted against what is expected, and against what the database says: the sum of both sources.
#[track_caller]
fn agree(
    shapes: &[(&str, u64, u64)],
    counts: &[BTreeMap<String, u64>; 3],
    database: &BTreeMap<String, u64>,
) {
    let [pool, events, round] = counts;
    let of = |which: fn(&(&str, u64, u64)) -> u64| {
        let all = shapes.iter().map(|shape| (shape.0.to_owned(), which(shape)));
        all.filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(*pool, of(|shape| shape.1), "by the measured pool");
    assert_eq!(*events, of(|shape| shape.2), "by the events");
    assert_eq!(round, events, "all of the events went round the measured pool");
    let mut sum = pool.clone();
    for (summary, count) in events {
        *sum.entry(summary.clone()).or_default() += count;
    }
    assert_eq!(sum, *database, "by the database");
}

async fn pool<DB: Database>(url: &str) -> MeasuredPool<DB>
where
    DB::QueryResult: std::fmt::Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let options = kymo::sqlx::pool_options::<DB>().max_connections(3);
    TELEMETRY.sqlx(options.connect(url).await.unwrap())
}

/// The verb and the table of a statement of the shapes, as their summaries have them.
fn summary(sql: &str) -> Option<String> {
    let table = sql.split_whitespace().find(|word| word.starts_with("by_"))?;
    Some(format!("{} {table}", sql.split_whitespace().next()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_those_of_postgres() {
    let fresh = EmptyDatabase::postgres().await;
    let pool = pool::<sqlx::Postgres>(&fresh.url).await;
    postgres::code::prepare(&pool, &MIGRATOR).await;
    pool.execute("CREATE EXTENSION pg_stat_statements").await.unwrap();
    postgres::prepare_macro(&pool).await;
    let counts = play(async || {
        postgres::code::run(&pool).await;
        postgres::run_macro(&pool).await;
    })
    .await;

    let rows = sqlx::query(
        "SELECT query, calls FROM pg_stat_statements JOIN pg_database ON dbid = pg_database.oid
         WHERE datname = current_database() AND query NOT LIKE 'CREATE%'
         AND query NOT LIKE 'INSERT INTO by_macro%'",
    );
    let mut database = BTreeMap::new();
    for row in rows.fetch_all(&pool).await.unwrap() {
        if let Some(summary) = summary(row.get("query")) {
            *database.entry(summary).or_default() += row.get::<i64, _>("calls").unsigned_abs();
        }
    }
    agree(&[SHAPES, MACROS].concat(), &counts, &database);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_those_of_mariadb() {
    // Of its own, because its counters are of the whole server.
    let server = MariaDb::start();
    let pool = pool::<MySql>(&server.url()).await;
    mariadb::code::prepare(&pool, &MIGRATOR).await;
    let before = commands(&pool).await;
    let counts = play(async || mariadb::code::run(&pool).await).await;
    let after = commands(&pool).await;

    let grown = after.iter().map(|(verb, count)| (verb.clone(), count - before[verb]));
    let database: BTreeMap<_, _> = grown.filter(|(_, count)| *count > 0).collect();
    let mut sum = BTreeMap::new();
    for (summary, count) in counts[0].iter().chain(&counts[1]) {
        let verb = summary.split(' ').next().unwrap().to_lowercase();
        *sum.entry(verb).or_default() += count;
    }
    assert_eq!(sum, database, "by the server, which counts commands");
    let all = counts[0].iter().chain(&counts[1]);
    agree(SHAPES, &counts, &all.map(|(summary, count)| (summary.clone(), *count)).collect());
}

/// How often the server ran each command.
async fn commands(pool: &MeasuredPool<MySql>) -> BTreeMap<String, u64> {
    let status = sqlx::query(
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_insert', 'Com_update', 'Com_delete')",
    );
    let rows = status.fetch_all(pool).await.unwrap();
    let command = |row: &sqlx::mysql::MySqlRow| {
        let (name, count): (String, String) = (row.get(0), row.get(1));
        (name.trim_start_matches("Com_").to_owned(), count.parse().unwrap())
    };
    rows.iter().map(command).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_those_of_sqlite() {
    let fresh = EmptyDatabase::sqlite();
    // One connection: its count of changes is of all of them.
    let options = SqlitePoolOptions::new().max_connections(1);
    let pool: MeasuredPool<Sqlite> = TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap());
    sqlite::code::prepare(&pool, &MIGRATOR).await;
    let changes = async || {
        let changes = sqlx::query_scalar::<_, i64>("SELECT total_changes()").fetch_one(&pool);
        changes.await.unwrap().unsigned_abs()
    };
    let before = changes().await;
    let counts = play(async || sqlite::code::run(&pool).await).await;
    // Each change of the shapes is of one row, one apart that inserts three, and one that finds none.
    let is_change = |summary: &str| !summary.starts_with("SELECT");
    let all = counts[0].iter().chain(&counts[1]);
    let touched: u64 = all.clone().filter(|(summary, _)| is_change(summary)).map(|(_, n)| n).sum();
    assert_eq!(changes().await - before, touched + 2 - 1);
    agree(SHAPES, &counts, &all.map(|(summary, count)| (summary.clone(), *count)).collect());
}
