//! Together with the measured pool each statement counts once.

use std::fmt::Debug;

use futures_util::{StreamExt, TryStreamExt, future::join_all};
use kymo::sqlx::MeasuredPool;
use sqlx::{
    AssertSqlSafe, ColumnIndex, Connection, Database, Decode, Executor, IntoArguments, Row,
    SqlSafeStr as _, Type,
};

use crate::{
    empty_database::EmptyDatabase,
    heard::{Counts, TELEMETRY, counts},
};

/// What a driver has to be able to do for the tests below.
trait Speaks:
    Database<
        QueryResult: Debug,
        Connection: Connection<Database = Self>,
        Row: Row<Database = Self>,
        Arguments: IntoArguments<Self>,
    >
{
}

impl<DB> Speaks for DB where
    DB: Database<
            QueryResult: Debug,
            Connection: Connection<Database = DB>,
            Row: Row<Database = DB>,
            Arguments: IntoArguments<DB>,
        >
{
}

async fn pool<DB>(fresh: &EmptyDatabase) -> MeasuredPool<DB>
where
    DB: Speaks,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let options = kymo::sqlx::pool_options::<DB>().max_connections(4);
    TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap())
}

/// Runs one statement on the measured pool and on the bare one in every way that people do.
async fn in_every_way<DB>(pool: MeasuredPool<DB>, table: &'static str)
where
    DB: Speaks,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'r> i64: Decode<'r, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    let sql = |text: String| AssertSqlSafe(text);
    let select = || sql(format!("SELECT id FROM {table} ORDER BY id"));
    let insert = || sql(format!("INSERT INTO {table} (id) VALUES (1)"));
    let bare = pool.inner().clone();
    pool.execute(sql(format!("CREATE TABLE {table} (id BIGINT)"))).await.unwrap();

    // One after the other, the same text.
    for _ in 0..3 {
        pool.execute(insert()).await.unwrap();
        bare.execute(insert()).await.unwrap();
    }
    let inserts = format!("INSERT {table}");
    assert_eq!(counts(&inserts), Counts { measured: 3, events: 3, unmeasured: 3 });

    // At once: on one task, and on many.
    for _ in 0..10 {
        let (one, other) = tokio::join!(pool.fetch_all(select()), bare.fetch_all(select()));
        assert_eq!((one.unwrap().len(), other.unwrap().len()), (6, 6));
    }
    let tasks = (0..20).map(|n| {
        let (pool, bare, select) = (pool.clone(), bare.clone(), select());
        tokio::spawn(async move {
            let all = if n % 2 == 0 { pool.fetch_all(select) } else { bare.fetch_all(select) };
            assert_eq!(all.await.unwrap().len(), 6);
        })
    });
    join_all(tasks).await.into_iter().for_each(|done| done.unwrap());
    let selects = format!("SELECT {table}");
    let mut expected = Counts { measured: 20, events: 20, unmeasured: 20 };
    assert_eq!(counts(&selects), expected);

    // One row, a row or none, and one inside the other.
    pool.fetch_one(select()).await.unwrap();
    bare.fetch_one(select()).await.unwrap();
    pool.fetch_optional(select()).await.unwrap();
    bare.fetch_optional(select()).await.unwrap();
    let mut outer = pool.fetch(select());
    while let Some(_row) = outer.try_next().await.unwrap() {
        bare.fetch_all(select()).await.unwrap();
    }
    drop(outer);
    let mut outer = bare.fetch(select());
    while let Some(_row) = outer.try_next().await.unwrap() {
        pool.fetch_all(select()).await.unwrap();
    }
    drop(outer);
    expected.measured += 3 + 6;
    expected.events += 3 + 6;

    // Given up on the way.
    let mut stream = pool.fetch(select());
    stream.next().await.unwrap().unwrap();
    drop(stream);
    let mut stream = bare.fetch(select());
    stream.next().await.unwrap().unwrap();
    drop(stream);
    expected.measured += 1;
    expected.events += 1;

    // In transactions, and on a connection that a measured one lends.
    let mut transaction = pool.begin().await.unwrap();
    transaction.fetch_all(select()).await.unwrap();
    lent::<DB>(&mut transaction, select()).await;
    transaction.commit().await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection.fetch_all(select()).await.unwrap();
    lent::<DB>(&mut connection, select()).await;
    drop(connection);
    let mut transaction = bare.begin().await.unwrap();
    transaction.fetch_all(select()).await.unwrap();
    transaction.rollback().await.unwrap();
    expected.measured += 2;
    expected.events += 3;

    // Prepared by hand, which is not yet an operation.
    pool.prepare(select().into_sql_str()).await.unwrap();
    expected.unmeasured = expected.events;
    // A stream that was given up may be written a moment later.
    for _ in 0..100 {
        if counts(&selects) == expected {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(counts(&selects), expected);

    // What fails is claimed as well.
    let fails = || sql(format!("INSERT INTO {table} (nothing) VALUES (1)"));
    pool.execute(fails()).await.unwrap_err();
    let one_more = Counts { measured: 4, events: 3, unmeasured: 3 };
    assert_eq!(counts(&inserts), one_more);
    assert_eq!(
        counts(&format!("CREATE TABLE {table}")),
        Counts { measured: 1, events: 0, unmeasured: 0 }
    );
}

/// What people have: a function of the driver's own connection.
async fn lent<DB>(connection: &mut DB::Connection, sql: AssertSqlSafe<String>)
where
    DB: Speaks,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    connection.fetch_all(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_on_sqlite() {
    let fresh = EmptyDatabase::sqlite();
    in_every_way(pool::<sqlx::Sqlite>(&fresh).await, "both_sqlite").await;
}

#[tokio::test]
async fn each_statement_counts_once_on_sqlite_on_one_thread() {
    let fresh = EmptyDatabase::sqlite();
    in_every_way(pool::<sqlx::Sqlite>(&fresh).await, "both_alone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_inside_spans_of_the_program() {
    use tracing::Instrument as _;

    let fresh = EmptyDatabase::sqlite();
    let pool = pool::<sqlx::Sqlite>(&fresh).await;
    in_every_way(pool, "both_spans").instrument(tracing::error_span!("request")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_under_another_subscriber() {
    use tracing::instrument::WithSubscriber as _;

    let fresh = EmptyDatabase::sqlite();
    let pool = pool::<sqlx::Sqlite>(&fresh).await;
    // The driver's thread has that of the process.
    let other = tracing_subscriber::registry();
    in_every_way(pool, "both_others").with_subscriber(other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_on_postgres() {
    let fresh = EmptyDatabase::postgres().await;
    in_every_way(pool::<sqlx::Postgres>(&fresh).await, "both_postgres").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_on_mariadb() {
    let fresh = EmptyDatabase::mariadb().await;
    in_every_way(pool::<sqlx::MySql>(&fresh).await, "both_mariadb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_counts_once_on_whichever_database() {
    sqlx::any::install_default_drivers();
    let fresh = EmptyDatabase::sqlite();
    in_every_way(pool::<sqlx::Any>(&fresh).await, "both_any").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_driver_sends_when_it_opens_a_connection_went_round_nothing() {
    let (sqlite, mariadb) = (EmptyDatabase::sqlite(), EmptyDatabase::mariadb().await);
    let pool = pool::<sqlx::Sqlite>(&sqlite).await;
    pool.execute("CREATE TABLE opened (id BIGINT)").await.unwrap();
    let other = self::pool::<sqlx::MySql>(&mariadb).await;
    other.execute("CREATE TABLE opened (id BIGINT)").await.unwrap();
    for summary in ["PRAGMA", "BATCH PRAGMA", "SET", "BATCH"] {
        assert_eq!(counts(summary).unmeasured, 0, "{summary}");
    }
    let metrics = TELEMETRY.snapshot();
    metrics.counter("kymo.db.unmeasured.operations").exactly().assert(0);
}
