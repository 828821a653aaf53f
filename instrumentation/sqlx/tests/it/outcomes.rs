//! However an operation ends, it is counted once.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use kymo_sqlx::{MeasuredConnection, pool_options};
use sqlx::{AssertSqlSafe, Executor, Sqlite, Statement, query, raw_sql, sqlite::SqlitePoolOptions};

use crate::{
    act::Act,
    database_meters::{DURATION, DatabaseMeters, TABLES, TIMEOUTS, USE_TIME, WAIT_TIME},
};

#[tokio::test]
async fn on_a_pool_every_act_is_counted_once() {
    for act in Act::ALL {
        let meters = DatabaseMeters::new();
        let pool = meters.pool(1).await;
        let result = act.run(&pool).await;
        assert_eq!(result, act.run(&bare().await).await, "as without measuring");
        assert_counted_once(&meters, *act);
        meters.assert_at_rest().await;
        assert_eq!(meters.count(USE_TIME, &[]), meters.count(WAIT_TIME, &[]));
    }
}

#[tokio::test]
async fn on_a_connection_every_act_is_counted_once() {
    for act in Act::ALL {
        let meters = DatabaseMeters::new();
        let pool = meters.pool(1).await;
        let mut connection = pool.acquire().await.unwrap();
        let result = act.run(&mut *connection).await;
        let mut bare = bare().await.acquire().await.unwrap();
        assert_eq!(result, act.run(&mut *bare).await, "as without measuring");
        assert_counted_once(&meters, *act);
        drop(connection);
        meters.assert_at_rest().await;
        assert_eq!(meters.count(USE_TIME, &[]), 1);
    }
}

#[tokio::test]
async fn in_a_transaction_every_act_is_counted_once() {
    for act in Act::ALL {
        let meters = DatabaseMeters::new();
        let pool = meters.pool(1).await;
        let mut transaction = pool.begin().await.unwrap();
        let result = act.run(&mut *transaction).await;
        let mut bare = bare().await.begin().await.unwrap();
        assert_eq!(result, act.run(&mut *bare).await, "as without measuring");
        assert_counted_once(&meters, *act);
        transaction.rollback().await.unwrap();
        meters.assert_transactions(&[("rollback", 1)]);
        meters.assert_at_rest().await;
        assert_eq!(meters.count(USE_TIME, &[]), 1);
    }
}

#[tokio::test]
async fn a_stream_dropped_after_its_last_row_but_before_its_end_is_cancelled() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut rows = query("SELECT 1").fetch(&pool);
    rows.next().await.unwrap().unwrap();
    meters.assert_operations(&[]);
    drop(rows);
    meters.assert_operations(&[("cancelled", 1)]);
}

#[tokio::test]
async fn a_stream_that_has_ended_is_counted_before_it_is_dropped_and_not_again() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    let mut rows = query("SELECT 1").fetch(&mut *connection);
    while rows.next().await.is_some() {}
    meters.assert_operations(&[("", 1)]);
    drop(rows);
    meters.assert_operations(&[("", 1)]);
}

#[tokio::test]
async fn a_prepared_statement_is_counted_each_time_it_is_run() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    let statement = connection.prepare(raw("SELECT ? + 1")).await.unwrap();
    for n in 0..3 {
        statement.query().bind(n).fetch_one(&mut *connection).await.unwrap();
    }
    meters.assert_operations(&[("", 3)]);
    drop(connection);
    (&pool).prepare(raw("SELECT 2")).await.unwrap().query().fetch_one(&pool).await.unwrap();
    meters.assert_operations(&[("", 4)]);
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn an_operation_that_runs_out_of_the_programs_time_is_cancelled() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let _only = pool.acquire().await.unwrap();
    let waiting = query("SELECT 1").execute(&pool);
    tokio::time::timeout(Duration::from_millis(10), waiting).await.unwrap_err();
    meters.assert_operations(&[("cancelled", 1)]);
    let waiting = pool.begin();
    tokio::time::timeout(Duration::from_millis(10), waiting).await.unwrap_err();
    assert_eq!(meters.by(DURATION, "error.type"), [("cancelled".to_owned(), 2)].into());
    meters.assert_transactions(&[]);
}

#[tokio::test]
async fn a_pool_that_has_no_connection_in_time_is_counted_as_that_and_as_a_time_out() {
    let meters = DatabaseMeters::new();
    let options = pool_options::<Sqlite>().max_connections(1);
    let options = options.acquire_timeout(Duration::from_millis(400));
    let pool = meters.metrics.pool(options.connect("sqlite::memory:").await.unwrap());
    let only = pool.acquire().await.unwrap();
    assert_eq!(meters.only(TIMEOUTS).count, 0, "there from the start");
    for (act, n) in [Act::Execute, Act::FetchOne, Act::Fetch].into_iter().zip(1..) {
        assert!(act.run(&pool).await.contains("PoolTimedOut"), "{act:?}");
        meters.assert_operations(&[("pool_timed_out", n)]);
        assert_eq!(meters.only(TIMEOUTS).count, n);
    }
    assert!(matches!(pool.begin().await, Err(sqlx::Error::PoolTimedOut)));
    assert_eq!(meters.count(DURATION, &[("error.type", "pool_timed_out")]), 4);
    assert_eq!(meters.only(TIMEOUTS).count, 4);
    meters.assert_transactions(&[]);
    drop(only);
    meters.assert_at_rest().await;
    assert_eq!(meters.only(WAIT_TIME).count, 1, "only a connection that was obtained");
}

#[tokio::test]
async fn a_closed_pool_is_counted_as_that_and_neither_as_a_time_out_nor_as_an_error() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    pool.close().await;
    assert!(Act::Execute.run(&pool).await.contains("PoolClosed"));
    assert!(Act::FetchOne.run(&pool).await.contains("PoolClosed"));
    assert!(matches!(pool.begin().await, Err(sqlx::Error::PoolClosed)));
    assert!(matches!(pool.acquire().await, Err(sqlx::Error::PoolClosed)));
    assert!(pool.try_acquire().is_none());
    assert_eq!(meters.by(DURATION, "error.type"), [("pool_closed".to_owned(), 3)].into());
    assert_eq!(meters.only(TIMEOUTS).count, 0);
    assert_eq!(meters.of(crate::database_meters::ERRORS), []);
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn a_stream_whose_reader_panics_is_cancelled() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let task = tokio::spawn({
        let pool = pool.clone();
        async move {
            let mut rows = query("SELECT 1").fetch(&pool);
            rows.next().await.unwrap().unwrap();
            panic!("the program's own");
        }
    });
    assert!(task.await.unwrap_err().is_panic());
    meters.assert_operations(&[("cancelled", 1)]);
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn a_panic_while_a_connection_is_obtained_is_counted_as_one() {
    let meters = DatabaseMeters::new();
    let options = SqlitePoolOptions::new().max_connections(1);
    let options = options.before_acquire(|_, _| panic!("the program's own"));
    let pool = meters.metrics.pool(options.connect("sqlite::memory:").await.unwrap());
    let task = tokio::spawn({
        let pool = pool.clone();
        async move { query("SELECT 1").execute(&pool).await.map(drop) }
    });
    assert!(task.await.unwrap_err().is_panic());
    meters.assert_operations(&[("panic", 1)]);
    assert_eq!(meters.count(crate::database_meters::PENDING, &[]), 0);
}

#[tokio::test]
async fn a_function_that_takes_a_measured_connection_is_given_either_kind() {
    async fn ask(connection: &mut MeasuredConnection<'_, Sqlite>) -> i64 {
        connection.execute("SELECT 1").await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM acts").fetch_one(connection).await.unwrap()
    }
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(ask(&mut connection).await, 1);
    let mut transaction = connection.begin().await.unwrap();
    assert_eq!(ask(&mut transaction).await, 1);
    transaction.commit().await.unwrap();
    meters.assert_operations(&[("", 4)]);
}

#[tokio::test]
async fn beginning_and_ending_a_transaction_are_operations() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut transaction = pool.begin().await.unwrap();
    transaction.begin().await.unwrap().commit().await.unwrap();
    transaction.begin().await.unwrap().rollback().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(meters.by(DURATION, "error.type"), [(String::new(), 6)].into());
    meters.assert_operations(&[]);
}

#[tokio::test]
async fn a_beginning_that_fails_is_counted_and_is_no_transaction() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    assert!(pool.begin_with(AssertSqlSafe("BEGIN NONSENSE")).await.is_err());
    assert_eq!(meters.by(DURATION, "error.type"), [("database_error".to_owned(), 1)].into());
    let begun = pool.begin();
    assert!(begun.now_or_never().is_none());
    assert_eq!(meters.count(DURATION, &[("error.type", "cancelled")]), 1);
    meters.assert_transactions(&[]);
    meters.assert_at_rest().await;
    assert_eq!(meters.count(USE_TIME, &[]), meters.count(WAIT_TIME, &[]));
}

#[track_caller]
fn assert_counted_once(meters: &DatabaseMeters, act: Act) {
    match act.counted_as() {
        Some(error) => meters.assert_operations(&[(error, 1)]),
        None => meters.assert_operations(&[]),
    }
}

async fn bare() -> sqlx::SqlitePool {
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    raw_sql(TABLES).execute(&pool).await.unwrap();
    pool
}

fn raw(text: &'static str) -> sqlx::SqlStr {
    sqlx::SqlSafeStr::into_sql_str(text)
}
