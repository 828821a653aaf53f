//! What is known of a database that is watched.

use std::time::{Duration, Instant};

use crate::meters::{COUNT, LATEST, Meters, NAME, READ_ERRORS, counted, pool, program};

#[tokio::test]
async fn nothing_is_known_before_the_first_answer() {
    let meters = Meters::new();
    let status = meters.metrics.migrations(program([1])).called("books").watch(&pool());
    assert_eq!((status.counts(), status.is_ready()), (None, false));
    assert!(meters.by(COUNT, NAME).is_empty() && meters.by(LATEST, NAME).is_empty());
    assert_eq!(meters.by(READ_ERRORS, NAME), counted([("books", 0)]));
}

#[tokio::test]
async fn what_is_watched_twice_is_counted_once() {
    let meters = Meters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1, 2])).called("books");
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
    let meters = Meters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1, 2])).called("books");
    drop(migrations.watch(&pool));
    migrations.run(&pool).await.unwrap();
    migrations.watch(&pool).refresh().await;
    assert_eq!(meters.by(COUNT, "kymo.migration.state")["applied"], 2);
    assert_eq!(meters.by(COUNT, NAME), counted([("books", 2)]), "and it is the same");
    assert_eq!(meters.by(LATEST, NAME), counted([("books", 2)]));
}

#[tokio::test]
async fn a_database_with_nothing_applied_has_the_latest_version_0_and_every_state() {
    let meters = Meters::new();
    let pool = pool();
    let status = meters.metrics.migrations(program([])).called("books").watch(&pool);
    status.refresh().await;
    assert!(status.is_ready(), "a program without migrations needs none");
    assert_eq!(status.counts().unwrap().latest_version, None);
    assert_eq!(meters.by(LATEST, NAME), counted([("books", 0)]));
    let all = ["applied", "failed", "mismatch", "pending", "unknown"].map(|state| (state, 0));
    assert_eq!(meters.by(COUNT, "kymo.migration.state"), counted(all));
}

#[tokio::test]
async fn everybody_who_refreshes_is_answered() {
    let meters = Meters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program([1])).called("books");
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
        let meters = Meters::new();
        let pool = pool();
        let migrations = meters.metrics.migrations(program([1])).called("books");
        let status = migrations.read_every(interval).read_timeout(patience).watch(&pool);
        let start = Instant::now();
        while status.counts().is_none_or(|counts| counts.pending != 1) {
            status.refresh().await;
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    }
}
