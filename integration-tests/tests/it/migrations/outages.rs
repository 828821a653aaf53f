//! Databases that are not there, hang, or come back; and pools that have nothing to give.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use integration_tests::{Database, Engine, MariaDb, Postgres, eventually};
use kymo::{migrations::Migrations, testing::TestTelemetry};
use sqlx::AnyPool;

use super::{
    INTERVAL, PATIENCE,
    book::tables,
    metrics_read::{read_errors, standing, stands},
    place::{Kind, Place, pool},
};
use crate::sql::empty_database::EmptyDatabase;

/// Far less than any reading of a database that hangs, and far more than none.
const PROMPT: Duration = Duration::from_secs(2);

const MIGRATED: Option<[i64; 6]> = Some([3, 0, 0, 0, 0, 3]);

/// Those of a program whose readings are given up soon.
fn books(telemetry: &TestTelemetry) -> Migrations {
    let migrations = telemetry.migrations(tables([1, 2, 3])).named("books");
    migrations.read_every(INTERVAL).read_timeout(INTERVAL * 5)
}

/// Those of a program whose readings are given up by no busy machine.
fn patient_books(telemetry: &TestTelemetry) -> Migrations {
    telemetry.migrations(tables([1, 2, 3])).named("books").read_every(INTERVAL)
}

/// Until a reading more has failed, and the next.
async fn failing(telemetry: &TestTelemetry) {
    let before = read_errors(&telemetry.snapshot(), "books");
    let errors = async || read_errors(&telemetry.snapshot(), "books");
    eventually(PATIENCE, errors, |errors| *errors >= before + 2).await;
    assert_eq!(standing(&telemetry.snapshot(), "books"), None);
}

/// How many connections of the pool are with somebody, or being made.
fn taken(pool: &AnyPool) -> usize {
    (pool.size() as usize).saturating_sub(pool.num_idle())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_neither_fails_nor_holds_up_the_start() {
    let urls = ["postgres://nobody@127.0.0.1:1/none", "mysql://nobody@127.0.0.1:1/none"];
    join_all(urls.map(|url| async move {
        let telemetry = TestTelemetry::new();
        let start = Instant::now();
        let pool = pool(url, 2);
        let schema = books(&telemetry).watch(&pool);
        assert!(start.elapsed() < PROMPT);
        telemetry.snapshot().counter("kymo.migration.read.errors").assert_series(1);
        failing(&telemetry).await;
        assert!(!schema.is_ready() && schema.counts().is_none());
        telemetry.snapshot().assert_absent("kymo.migration.latest_version");
        let start = Instant::now();
        pool.close().await;
        assert!(start.elapsed() < PROMPT);
    }))
    .await;
}

/// A server that dies and comes back.
async fn survives_death<E: Engine>(mut server: Database<E>, fresh: EmptyDatabase) {
    let telemetry = TestTelemetry::new();
    let pool = pool(&fresh.url, 3);
    let migrations = books(&telemetry);
    migrations.run(&pool).await.unwrap();
    let schema = migrations.watch(&pool);
    stands(&telemetry, "books", MIGRATED).await;
    assert!(schema.is_ready());

    server.kill();
    stands(&telemetry, "books", None).await;
    failing(&telemetry).await;
    assert!(schema.is_ready(), "whether it answers is another question");
    server.restart();
    stands(&telemetry, "books", MIGRATED).await;
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_postgres_is_unknown_until_it_is_back() {
    let server = Postgres::start();
    let fresh = EmptyDatabase::of_postgres(&server).await;
    survives_death(server, fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_mariadb_is_unknown_until_it_is_back() {
    let server = MariaDb::start();
    let fresh = EmptyDatabase::of_mariadb(&server).await;
    survives_death(server, fresh).await;
}

/// A server that hangs: nothing waits for it but one reading, which has one connection.
async fn survives_a_freeze<E: Engine>(mut server: Database<E>, fresh: EmptyDatabase) {
    let telemetry = TestTelemetry::new();
    let (pool, closing) = (pool(&fresh.url, 3), pool(&fresh.url, 3));
    let migrations = books(&telemetry);
    migrations.run(&pool).await.unwrap();
    let schema = migrations.watch(&pool);
    let other = telemetry.migrations(tables([1, 2, 3])).named("closing");
    let other = other.read_every(INTERVAL).read_timeout(INTERVAL * 5);
    let closed = other.watch(&closing);
    stands(&telemetry, "books", MIGRATED).await;
    stands(&telemetry, "closing", MIGRATED).await;

    server.freeze();
    stands(&telemetry, "books", None).await;
    failing(&telemetry).await;
    for _ in 0..10 {
        let start = Instant::now();
        let snapshot = telemetry.snapshot();
        assert!(start.elapsed() < PROMPT / 4, "a collection waits for nobody");
        assert_eq!(standing(&snapshot, "books"), None);
        assert!(taken(&pool) <= 1, "{} connections", taken(&pool));
        tokio::time::sleep(INTERVAL).await;
    }
    assert!(schema.is_ready());
    let start = Instant::now();
    schema.refresh().await;
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());

    // One is closed while it is being read, and nobody waits for that.
    let start = Instant::now();
    closing.close().await;
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    let start = Instant::now();
    closed.refresh().await;
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    assert_eq!(standing(&telemetry.snapshot(), "closing"), None);

    server.thaw();
    stands(&telemetry, "books", MIGRATED).await;
    let all = [pool.acquire().await, pool.acquire().await, pool.acquire().await];
    assert!(all.iter().all(Result::is_ok), "none is lost");
    drop(all);
    pool.close().await;
    stands(&telemetry, "books", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_postgres_holds_one_connection_and_nobody_else() {
    let server = Postgres::start();
    let fresh = EmptyDatabase::of_postgres(&server).await;
    survives_a_freeze(server, fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_mariadb_holds_one_connection_and_nobody_else() {
    let server = MariaDb::start();
    let fresh = EmptyDatabase::of_mariadb(&server).await;
    survives_a_freeze(server, fresh).await;
}

async fn survives_exhaustion(kind: Kind) {
    let telemetry = TestTelemetry::new();
    let place = Place::new(kind).await;
    let pool = place.pool(1);
    let migrations = books(&telemetry);
    migrations.run(&pool).await.unwrap();
    let _schema = migrations.watch(&pool);
    stands(&telemetry, "books", MIGRATED).await;
    let held = pool.acquire().await.unwrap();
    stands(&telemetry, "books", None).await;
    failing(&telemetry).await;
    drop(held);
    stands(&telemetry, "books", MIGRATED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_with_nothing_to_give_is_unknown_until_it_has() {
    join_all(Kind::ALL.map(survives_exhaustion)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_takes_no_more_than_one_connection_of_a_busy_pool() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(4);
        let migrations = patient_books(&telemetry);
        migrations.run(&pool).await.unwrap();
        // It is tested before it is idle again, in a task of its own.
        eventually(PATIENCE, async || taken(&pool), |taken| *taken == 0).await;
        let schema = migrations.watch(&pool);
        // There is one, of the run; if two readings overlapped, they would open another.
        let start = Instant::now();
        while start.elapsed() < INTERVAL * 3 {
            schema.refresh().await;
            assert_eq!(pool.size(), 1);
        }
        // And with three users beside it nobody waits for long.
        let load = (0..3).map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    let sql = "SELECT count(*) FROM _sqlx_migrations";
                    let rows = sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap();
                    assert_eq!(rows, 3);
                }
            })
        });
        for user in load.collect::<Vec<_>>() {
            user.await.unwrap();
        }
        telemetry.snapshot().counter("kymo.migration.read.errors").assert(0);
        pool.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pool_ends_the_watching_and_a_new_one_begins_it_anew() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(2);
        let migrations = patient_books(&telemetry);
        migrations.run(&pool).await.unwrap();
        let schema = migrations.watch(&pool);
        stands(&telemetry, "books", MIGRATED).await;
        let start = Instant::now();
        pool.close().await;
        assert!(start.elapsed() < PROMPT);
        stands(&telemetry, "books", None).await;
        schema.refresh().await;
        assert!(schema.counts().is_none());
        telemetry.snapshot().counter("kymo.migration.read.errors").assert(0);

        let already = migrations.watch(&pool);
        already.refresh().await;
        assert!(already.counts().is_none());

        // The old status is still held, and says nothing any more.
        let anew = place.pool(2);
        let again = migrations.watch(&anew);
        again.refresh().await;
        assert!(again.is_ready());
        assert_eq!(standing(&telemetry.snapshot(), "books"), MIGRATED);
        drop(schema);
    }
}
