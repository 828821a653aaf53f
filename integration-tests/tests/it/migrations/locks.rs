//! Two programs that migrate one database at the same time.

use std::time::Duration;

use integration_tests::eventually;
use kymo::testing::TestTelemetry;
use sqlx::{
    SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType},
};

use super::{
    PATIENCE,
    book::{set, simple, table, tables},
    metrics_read::{Migrated, expected, migrated, runs},
    place::{Kind, Place},
};

const VERSIONS: [i64; 4] = [1, 2, 3, 4];

/// Runs all migrations in each of two programs at once: how each ended, what both have counted, and
/// what one of them sees.
async fn race(place: &Place) -> ([Result<(), MigrateError>; 2], Migrated) {
    let programs = [TestTelemetry::new(), TestTelemetry::new()];
    let run = async |telemetry: &TestTelemetry| {
        let pool = place.pool(2);
        let migrations = telemetry.migrations(tables(VERSIONS)).named("books");
        let result = migrations.run(&pool).await;
        pool.close().await;
        result
    };
    let (one, other) = tokio::join!(run(&programs[0]), run(&programs[1]));
    let mut together = Migrated::new();
    for telemetry in &programs {
        let snapshot = telemetry.snapshot();
        for (line, count) in migrated(&snapshot) {
            *together.entry(line).or_default() += count;
        }
        snapshot.histogram("kymo.migration.run.duration").assert_count(1);
        snapshot.histogram("kymo.migration.lock.wait_time").assert_count(1);
    }
    ([one, other], together)
}

fn each_once() -> Migrated {
    expected([("up 1", 1), ("up 2", 1), ("up 3", 1), ("up 4", 1)])
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_apply_and_count_each_migration_once() {
    for _ in 0..5 {
        let place = Place::new(Kind::Postgres).await;
        let (results, together) = race(&place).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(together, each_once());
    }
}

/// sqlx asks for a lock with a negative time-out, which waits for ever on MySQL. MariaDB gives no lock
/// at all then, and says so where nobody looks.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_does_not_lock_and_each_migration_still_counts_once() {
    for _ in 0..5 {
        let place = Place::new(Kind::MariaDb).await;
        let (results, mut together) = race(&place).await;
        assert!(results.iter().any(Result::is_ok), "{results:?}");
        // The other may have been refused, as it would have been with sqlx alone.
        together.retain(|line, _| !line.contains(": "));
        assert_eq!(together, each_once());

        let pool = place.pool(2);
        let mut other = pool.acquire().await.unwrap();
        let lock = "SELECT GET_LOCK('books', -1)";
        let locked: Option<i64> = sqlx::query_scalar(lock).fetch_one(&mut *other).await.unwrap();
        assert_eq!(locked, None);
    }
}

/// The build of the index waits for the statement that waits for the lock, which is the build's: so it
/// is with sqlx alone, and so the documents say.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_built_concurrently_and_a_waiting_program_are_a_deadlock() {
    let build = "CREATE INDEX CONCURRENTLY book ON book_1 (id)".into_sql_str();
    let build = Migration::new(3, "build".into(), MigrationType::Simple, build, true);
    let program = || set([table(1), simple(2, "SELECT pg_sleep(2)"), vec![build.clone()]]);
    for is_measured in [false, true] {
        let place = Place::new(Kind::Postgres).await;
        let run = async || {
            let (telemetry, pool) = (TestTelemetry::new(), place.pool(2));
            let result = if is_measured {
                telemetry.migrations(program()).named("books").run(&pool).await
            } else {
                program().run(&pool).await
            };
            pool.close().await;
            result
        };
        let (one, other) = tokio::join!(run(), run());
        let told = format!("{one:?} {other:?}");
        assert!(told.contains("40P01"), "measured: {is_measured}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_another_program_is_timed() {
    const WAIT: Duration = Duration::from_millis(300);
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::Postgres).await;
    let pool = place.pool(2);
    let mut other = place.pool(1).acquire().await.unwrap();
    Migrate::lock(&mut *other).await.unwrap();
    let migrations = telemetry.migrations(tables(VERSIONS)).named("books");
    let ours = tokio::spawn({
        let (migrations, pool) = (migrations.clone(), pool.clone());
        async move { migrations.run(&pool).await }
    });
    // It has a connection, so it waits for the lock from now on at the latest.
    let is_out = |size: &usize| *size == 1;
    eventually(PATIENCE, async || pool.size() as usize - pool.num_idle(), is_out).await;
    tokio::time::sleep(WAIT * 2).await;
    telemetry.snapshot().assert_absent("kymo.migration.duration");
    assert!(!ours.is_finished());
    Migrate::unlock(&mut *other).await.unwrap();
    ours.await.unwrap().unwrap();

    let snapshot = telemetry.snapshot();
    let waited = snapshot.histogram("kymo.migration.lock.wait_time");
    assert!(waited.sum().to_string().parse::<f64>().unwrap() >= WAIT.as_secs_f64());
    waited.without("error.type").assert_count(1);
    assert_eq!(migrated(&snapshot).len(), VERSIONS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_given_up_counts_as_cancelled_and_runs_nothing() {
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::Postgres).await;
    let pool = place.pool(1);
    let mut other = place.pool(1).acquire().await.unwrap();
    Migrate::lock(&mut *other).await.unwrap();
    let migrations = telemetry.migrations(tables(VERSIONS)).named("books");
    let waiting = tokio::time::timeout(Duration::from_millis(500), migrations.run(&pool));
    assert!(waiting.await.is_err());

    let snapshot = telemetry.snapshot();
    assert_eq!(runs(&snapshot), expected([("up: cancelled", 1)]));
    let waited = snapshot.histogram("kymo.migration.lock.wait_time");
    waited.with("error.type", "cancelled").assert_count(1);
    snapshot.assert_absent("kymo.migration.duration");
}
