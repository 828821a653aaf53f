//! Migrations that are given up half way, by whoever waits for them or by the database.

use std::time::Duration;

use integration_tests::{MariaDb, Postgres, eventually};
use kymo::testing::TestTelemetry;

use super::{
    PATIENCE,
    book::{set, simple, table},
    metrics_read::{expected, last, migrated, runs},
    place::{Kind, Place, pool},
};
use crate::sql::empty_database::EmptyDatabase;

/// Until a migration is being run.
async fn running(telemetry: &TestTelemetry) {
    let running = async || {
        let snapshot = telemetry.snapshot();
        snapshot.up_down_counter("kymo.migration.running").try_value()
    };
    eventually(PATIENCE, running, |running| running.is_some_and(|running| running.agrees(1))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_given_up_counts_as_cancelled() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(2);
        let program = set([table(1), simple(2, &kind.sleep(20)), table(3)]);
        let migrations = telemetry.migrations(program).named("books");
        let run = tokio::spawn(async move { migrations.run(&pool).await });
        running(&telemetry).await;
        let one = telemetry.snapshot();
        assert!(last(&one).len() <= 1, "the second is being run: {:?}", last(&one));
        let first = async || last(&telemetry.snapshot());
        eventually(PATIENCE, first, |migrated| *migrated == expected([("up 1", 1)])).await;
        running(&telemetry).await;
        run.abort();
        assert!(run.await.unwrap_err().is_cancelled());

        let snapshot = telemetry.snapshot();
        assert_eq!(migrated(&snapshot), expected([("up 1", 1), ("up 2: cancelled", 1)]));
        assert_eq!(runs(&snapshot), expected([("up: cancelled", 1)]), "{kind:?}");
        snapshot.up_down_counter("kymo.migration.running").assert(0);
    }
}

/// A server of its own that dies while it migrates.
async fn killed(url: &str, kind: Kind, kill: impl FnOnce()) {
    let telemetry = TestTelemetry::new();
    let pool = pool(url, 1);
    let program = set([table(1), simple(2, &kind.sleep(60)), table(3)]);
    let migrations = telemetry.migrations(program).named("books");
    let run = tokio::spawn(async move { migrations.run(&pool).await });
    let first = async || last(&telemetry.snapshot());
    eventually(PATIENCE, first, |migrated| *migrated == expected([("up 1", 1)])).await;
    running(&telemetry).await;
    kill();
    let ended = tokio::time::timeout(Duration::from_secs(20), run).await.unwrap().unwrap();
    ended.unwrap_err();

    let snapshot = telemetry.snapshot();
    let migrated = migrated(&snapshot);
    let errors = ["io", "operator_intervention", "connection_exception", "protocol"];
    let is_known = |error: &&str| {
        migrated == expected([("up 1", 1), (&*format!("up 2: {error}"), 1)])
            && runs(&snapshot) == expected([(&*format!("up: {error}"), 1)])
    };
    assert!(errors.iter().any(is_known), "{snapshot}");
    snapshot.up_down_counter("kymo.migration.running").assert(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_dies_in_a_migration_is_an_error_of_it() {
    let mut server = Postgres::start();
    let fresh = EmptyDatabase::of_postgres(&server).await;
    killed(&fresh.url, Kind::Postgres, || server.kill()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_dies_in_a_migration_is_an_error_of_it() {
    let mut server = MariaDb::start();
    let fresh = EmptyDatabase::of_mariadb(&server).await;
    killed(&fresh.url, Kind::MariaDb, || server.kill()).await;
}
