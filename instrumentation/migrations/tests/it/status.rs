//! A database that is watched is known as it was last read.

use std::time::{Duration, Instant};

use kymo_sqlx::DatabaseMetrics;

use crate::migration_meters::{
    COUNT, LATEST, MigrationMeters, NAME, READ_ERRORS, counted, pool, program,
};

#[tokio::test]
async fn nothing_is_known_before_the_first_answer() {
    let meters = MigrationMeters::new();
    let status = meters.metrics.migrations(program([1])).named("books").watch(&pool());
    assert_eq!((status.counts(), status.is_ready()), (None, false));
    assert!(meters.by(COUNT, NAME).is_empty() && meters.by(LATEST, NAME).is_empty());
    assert_eq!(meters.by(READ_ERRORS, NAME), counted([("books", 0)]));
}

#[tokio::test]
async fn what_is_watched_twice_is_counted_once() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1, 2])).named("books");
    let status = migrations.watch(&pool);
    let (again, clone) = (migrations.clone().watch(&pool), status.clone());
    again.refresh().await;
    assert_eq!(meters.by(COUNT, NAME), counted([("books", 2)]));
    assert_eq!(again.counts(), status.counts());
    assert_eq!(clone.counts().unwrap().pending, 2);
    assert!(format!("{status:?}").contains("pending: 2"), "{status:?}");
}

#[tokio::test]
async fn the_watching_goes_on_without_its_status() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1, 2])).named("books");
    drop(migrations.watch(&pool));
    migrations.run(&pool).await.unwrap();
    migrations.watch(&pool).refresh().await;
    assert_eq!(meters.by(COUNT, "kymo.migration.state")["applied"], 2);
    assert_eq!(meters.by(COUNT, NAME), counted([("books", 2)]), "and it is the same");
    assert_eq!(meters.by(LATEST, NAME), counted([("books", 2)]));
}

#[tokio::test]
async fn a_database_with_nothing_applied_has_the_latest_version_0_and_every_state() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let status = meters.metrics.migrations(program([])).named("books").watch(&pool);
    status.refresh().await;
    assert!(status.is_ready(), "a program without migrations needs none");
    assert_eq!(status.counts().unwrap().latest_version, None);
    assert_eq!(meters.by(LATEST, NAME), counted([("books", 0)]));
    let all = ["applied", "failed", "mismatch", "pending", "unknown"].map(|state| (state, 0));
    assert_eq!(meters.by(COUNT, "kymo.migration.state"), counted(all));
}

#[tokio::test]
async fn everybody_who_refreshes_is_answered() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1])).named("books");
    let status = migrations.read_every(Duration::from_hours(1)).watch(&pool);
    let waiting = (0..50).map(|n| {
        let status = status.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(n % 7)).await;
            status.refresh().await;
            assert!(status.counts().is_some());
        })
    });
    for waiting in waiting.collect::<Vec<_>>() {
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn intervals_and_time_outs_of_any_length_do_no_harm() {
    for (interval, patience) in [(Duration::ZERO, Duration::ZERO), (Duration::MAX, Duration::MAX)] {
        let meters = MigrationMeters::new();
        let pool = pool();
        let migrations = meters.metrics.migrations(program([1])).named("books");
        let status = migrations.read_every(interval).read_timeout(patience).watch(&pool);
        let start = Instant::now();
        while status.counts().is_none_or(|counts| counts.pending != 1) {
            status.refresh().await;
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    }
}

/// Neither its connections nor its name outlive the program's handles.
#[tokio::test]
async fn a_measured_pool_is_gone_when_the_program_drops_it() {
    let meters = MigrationMeters::new();
    let databases = DatabaseMetrics::new(&meters.provider);
    let pool = databases.pool(pool());
    let (name, mut closed) = (pool.name().to_owned(), pool.close_event());
    let migrations = meters.metrics.migrations(program([1]));
    let status = migrations.watch(&pool);
    status.refresh().await;
    assert!(status.counts().is_some());
    assert_eq!((pool.size(), pool.downgrade().upgrade().is_some()), (1, true));
    let weak = pool.downgrade();
    drop(pool);
    tokio::time::timeout(Duration::from_secs(20), &mut closed).await.unwrap();
    assert!(weak.upgrade().is_none());
    let next = databases.pool(crate::migration_meters::pool());
    assert_eq!(next.name(), name, "it is free again, and nobody has it");
    // A job whose pool ends with it pushes what was read last.
    tokio::time::timeout(Duration::from_secs(20), status.refresh()).await.unwrap();
    assert_eq!(meters.by(COUNT, NAME), counted([(&*name, 1)]));
    drop(migrations);

    let again = meters.metrics.migrations(program([1, 2])).watch(&next);
    again.refresh().await;
    assert_eq!(status.counts(), None);
    assert_eq!(meters.by(COUNT, NAME), counted([(&*name, 2)]), "and not those of both");
}

/// The same migrations look at the next pool, and not for ever at the one that is gone.
#[tokio::test]
async fn the_next_pool_is_watched_when_the_first_is_gone() {
    let meters = MigrationMeters::new();
    let databases = DatabaseMetrics::new(&meters.provider);
    let migrations = meters.metrics.migrations(program([1])).named("books");
    let pool = databases.pool(pool());
    migrations.watch(&pool).refresh().await;
    drop(pool);
    let next = databases.pool(crate::migration_meters::pool());
    migrations.run(&next).await.unwrap();
    let status = migrations.watch(&next);
    status.refresh().await;
    assert_eq!(status.counts().unwrap().applied, 1);
    assert_eq!(meters.by(COUNT, NAME), counted([("books", 1)]));
}
