//! The time until a connection is there, and how much of it is for opening one.

use std::time::Duration;

use futures_util::FutureExt;
use kymo_sqlx::{MeasureConnections as _, MeasuredPool, connection_opened, pool_options};
use sqlx::{Executor, Sqlite, pool::PoolOptions, query, sqlite::SqlitePoolOptions};
use tokio::time::sleep;

use crate::database_meters::{
    CREATE_TIME, DURATION, DatabaseMeters, PENDING, TIMEOUTS, UNTIMED, USE_TIME, WAIT_TIME,
};

/// How long a connection takes to open here, and how long somebody else keeps one.
const LONG: Duration = Duration::from_millis(80);

#[tokio::test]
async fn a_connection_that_has_to_be_opened_has_a_create_time_and_no_wait() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(true).max_connections(2));
    let _first = pool.acquire().await.unwrap();
    assert_eq!(meters.only(CREATE_TIME).count, 1);
    let _second = pool.acquire().await.unwrap();
    assert_eq!((meters.only(CREATE_TIME).count, meters.only(WAIT_TIME).count), (2, 2));
    assert!(meters.only(CREATE_TIME).sum >= 2.0 * LONG.as_secs_f64());
    assert!(meters.only(WAIT_TIME).sum < LONG.as_secs_f64());
}

#[tokio::test]
async fn a_connection_that_is_idle_has_no_create_time() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(true).max_connections(1));
    for _ in 0..3 {
        query("SELECT 1").execute(&pool).await.unwrap();
    }
    assert_eq!((meters.only(CREATE_TIME).count, meters.only(WAIT_TIME).count), (1, 3));
}

#[tokio::test]
async fn a_connection_that_somebody_else_has_is_waited_for() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(true).max_connections(1));
    let only = pool.acquire().await.unwrap();
    let keeping = async {
        sleep(LONG).await;
        drop(only);
    };
    let ((), second) = futures_util::future::join(keeping, pool.acquire()).await;
    drop(second.unwrap());
    assert_eq!((meters.only(CREATE_TIME).count, meters.only(WAIT_TIME).count), (1, 2));
    assert!(meters.only(WAIT_TIME).sum >= LONG.as_secs_f64());
}

#[tokio::test]
async fn a_connection_that_is_waited_for_and_then_opened_has_each_time_by_itself() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(true).max_connections(1));
    let only = pool.acquire().await.unwrap();
    let before = (meters.only(WAIT_TIME).sum, meters.only(CREATE_TIME).sum);
    let keeping = async {
        sleep(4 * LONG).await;
        only.close().await.unwrap();
    };
    let ((), second) = futures_util::future::join(keeping, pool.acquire()).await;
    drop(second.unwrap());
    assert_eq!((meters.only(CREATE_TIME).count, meters.only(WAIT_TIME).count), (2, 2));
    let waited = meters.only(WAIT_TIME).sum - before.0;
    let created = meters.only(CREATE_TIME).sum - before.1;
    assert!(waited >= 4.0 * LONG.as_secs_f64(), "{waited}");
    assert!(created >= LONG.as_secs_f64() && created < 4.0 * LONG.as_secs_f64(), "{created}");
}

#[tokio::test]
async fn without_the_hook_the_time_to_open_a_connection_is_part_of_the_wait() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(false));
    drop(pool.acquire().await.unwrap());
    assert_eq!(meters.of(CREATE_TIME), []);
    assert!(meters.only(WAIT_TIME).sum >= LONG.as_secs_f64());
}

#[tokio::test]
async fn the_hook_of_the_pool_options_tells_of_each_new_connection() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, pool_options().max_connections(2));
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    first.close().await.unwrap();
    drop(second);
    drop((pool.acquire().await.unwrap(), pool.acquire().await.unwrap()));
    assert_eq!(meters.only(CREATE_TIME).count, 3);
}

#[tokio::test]
async fn a_connection_that_was_told_of_elsewhere_is_not_taken_for_one_of_the_pool() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, slow(false));
    connection_opened();
    drop(pool.acquire().await.unwrap());
    connection_opened();
    query("SELECT 1").execute(&pool).await.unwrap();
    assert_eq!(meters.of(CREATE_TIME), []);
}

#[tokio::test]
async fn a_connection_opened_while_another_is_opened_belongs_to_its_own_pool() {
    let meters = DatabaseMeters::new();
    let inner = lazy(&meters, pool_options());
    let asking = inner.clone();
    // The hook asks another pool, which opens a connection, and does not tell of its own.
    let options = SqlitePoolOptions::new().after_connect(move |_, _| {
        let asking = asking.clone();
        Box::pin(async move { asking.execute("SELECT 1").await.map(drop) })
    });
    let outer = lazy(&meters, options);
    drop(outer.acquire().await.unwrap());
    let created = meters.only(CREATE_TIME);
    assert_eq!(created.count, 1);
    assert_eq!(created.get("db.client.connection.pool.name"), Some(":memory:"), "the inner one");
}

#[tokio::test]
async fn a_hook_that_tells_early_is_heard() {
    let meters = DatabaseMeters::new();
    let options = SqlitePoolOptions::new().after_connect(|_, _| {
        Box::pin(async {
            connection_opened();
            sleep(LONG).await;
            Ok(())
        })
    });
    let pool = lazy(&meters, options);
    drop(pool.acquire().await.unwrap());
    assert!(meters.only(CREATE_TIME).sum >= LONG.as_secs_f64());
}

#[tokio::test]
async fn a_connection_that_is_tried_for_is_counted_if_there_is_one() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, pool_options().max_connections(1));
    assert!(pool.try_acquire().is_none(), "none is open yet");
    assert_eq!(meters.of(WAIT_TIME), []);
    drop(pool.acquire().await.unwrap());
    meters.assert_at_rest().await;
    let tried = pool.try_acquire().unwrap();
    assert!(pool.try_acquire().is_none());
    assert!(pool.try_begin().await.unwrap().is_none());
    drop(tried);
    meters.assert_at_rest().await;
    pool.try_begin().await.unwrap().unwrap().commit().await.unwrap();
    assert_eq!((meters.only(WAIT_TIME).count, meters.only(USE_TIME).count), (3, 3));
    assert_eq!(meters.only(CREATE_TIME).count, 1);
}

#[tokio::test]
async fn a_request_is_pending_until_it_is_answered_or_given_up() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, pool_options().max_connections(1));
    let only = pool.acquire().await.unwrap();
    assert_eq!(meters.only(PENDING).count, 0);
    let mut one = Box::pin(pool.acquire());
    let mut two = Box::pin(query("SELECT 1").execute(&pool));
    assert_eq!(meters.only(PENDING).count, 0, "they have not asked yet");
    assert!((&mut one).now_or_never().is_none());
    assert!((&mut two).now_or_never().is_none());
    assert_eq!(meters.only(PENDING).count, 2);
    drop(two);
    assert_eq!(meters.only(PENDING).count, 1);
    drop(only);
    drop(one.await.unwrap());
    assert_eq!(meters.only(PENDING).count, 0);
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn a_request_that_gets_no_connection_has_no_wait() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, pool_options().max_connections(1).acquire_timeout(LONG));
    let only = pool.acquire().await.unwrap();
    assert!((Box::pin(pool.acquire())).now_or_never().is_none());
    for refused in [pool.acquire().await.map(drop), pool.begin().await.map(drop)] {
        assert!(matches!(refused, Err(sqlx::Error::PoolTimedOut)), "{refused:?}");
    }
    query("SELECT 1").execute(&pool).await.unwrap_err();
    assert_eq!((meters.only(WAIT_TIME).count, meters.of(USE_TIME).len()), (1, 0));
    assert_eq!(meters.only(TIMEOUTS).count, 3);
    drop(only);
    meters.assert_at_rest().await;

    query("SELECT 1").execute(&pool).await.unwrap();
    pool.begin().await.unwrap().commit().await.unwrap();
    meters.assert_at_rest().await;
    assert_eq!((meters.only(WAIT_TIME).count, meters.only(USE_TIME).count), (3, 3));
}

#[tokio::test]
async fn a_connection_is_in_use_until_it_is_dropped() {
    let meters = DatabaseMeters::new();
    let pool = lazy(&meters, pool_options());
    let connection = pool.acquire().await.unwrap();
    sleep(LONG).await;
    assert_eq!(meters.of(USE_TIME), []);
    drop(connection);
    let used = meters.only(USE_TIME);
    assert_eq!(used.count, 1);
    assert!(used.sum >= LONG.as_secs_f64() && used.sum < 60.0, "{used:?}");
}

/// Options of a pool whose connections take long to open, and whose hook perhaps tells of them.
fn slow(tells: bool) -> PoolOptions<Sqlite> {
    SqlitePoolOptions::new().after_connect(move |_, _| {
        Box::pin(async move {
            sleep(LONG).await;
            if tells {
                connection_opened();
            }
            Ok(())
        })
    })
}

fn lazy(meters: &DatabaseMeters, options: PoolOptions<Sqlite>) -> MeasuredPool<Sqlite> {
    meters.metrics.pool(options.connect_lazy("sqlite::memory:").unwrap())
}

/// sqlx opens connections before there is a measured pool to tell of them.
#[tokio::test]
async fn connections_that_were_open_before_are_counted_as_untimed() {
    let meters = DatabaseMeters::new();
    let folder = tempfile::tempdir().unwrap();
    let options = SqlitePoolOptions::new().min_connections(3).max_connections(5).measured();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("books.db").display());
    let pool = options.connect(&url).await.unwrap();
    while pool.size() < 3 {
        sleep(Duration::from_millis(10)).await;
    }
    let pool = meters.metrics.pool(pool);
    let held = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    assert_eq!(meters.count(UNTIMED, &[]), 3);
    assert!(meters.of(CREATE_TIME).is_empty(), "none of them was opened for a request");
    let more = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    assert_eq!((meters.count(UNTIMED, &[]), meters.count(CREATE_TIME, &[])), (3, 1));
    drop((held, more));

    let lazy = SqlitePoolOptions::new().measured().connect_lazy("sqlite::memory:").unwrap();
    let lazy = meters.metrics.pool(lazy);
    assert_eq!(meters.by(UNTIMED, "db.client.connection.pool.name")[lazy.name()], 0);
}

#[tokio::test]
async fn a_connection_that_one_statement_uses_is_in_use_as_long_as_that_runs() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query("SELECT 1").fetch_one(&pool).await.unwrap();
    query("SELECT 1 WHERE 0").fetch_optional(&pool).await.unwrap();
    query("SELECT nothing").fetch_one(&pool).await.unwrap_err();
    let sums = |name| -> f64 { meters.of(name).iter().map(|point| point.sum).sum() };
    assert_eq!(meters.only(USE_TIME).count, 3);
    assert!((sums(USE_TIME) - sums(DURATION)).abs() < 1e-9);
}
