//! Watching where there is no runtime, or none any more.

use std::time::{Duration, Instant};

use kymo::testing::TestTelemetry;
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};
use tokio::runtime::{Builder, Runtime};

use super::{
    INTERVAL,
    book::tables,
    metrics_read::{read_errors, standing, stands},
};
use crate::sql::empty_database::EmptyDatabase;

const PROMPT: Duration = Duration::from_secs(2);

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn pool(fresh: &EmptyDatabase) -> SqlitePool {
    SqlitePoolOptions::new().connect_lazy(&fresh.url).unwrap()
}

#[test]
fn outside_of_a_runtime_nothing_is_read_and_that_counts_once() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::sqlite();
    let pool = {
        let runtime = runtime();
        let _guard = runtime.enter();
        pool(&fresh)
    };
    let schema = telemetry.migrations(tables([1])).named("books").watch(&pool);
    assert!(schema.counts().is_none() && !schema.is_ready());
    let start = Instant::now();
    runtime().block_on(schema.refresh());
    assert!(start.elapsed() < PROMPT);
    let snapshot = telemetry.snapshot();
    assert_eq!((read_errors(&snapshot, "books"), standing(&snapshot, "books")), (1, None));
}

#[test]
fn with_its_runtime_the_watching_ends_and_nobody_waits() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::sqlite();
    let runtime = runtime();
    let schema = runtime.block_on(async {
        let pool = pool(&fresh);
        let migrations = telemetry.migrations(tables([1])).named("books").read_every(INTERVAL);
        migrations.run(&pool).await.unwrap();
        let schema = migrations.watch(&pool);
        schema.refresh().await;
        schema
    });
    assert_eq!(standing(&telemetry.snapshot(), "books"), Some([1, 0, 0, 0, 0, 1]));
    drop(runtime);
    assert_eq!(standing(&telemetry.snapshot(), "books"), None);
    let start = Instant::now();
    self::runtime().block_on(schema.refresh());
    assert!(start.elapsed() < PROMPT);
    assert!(schema.is_ready(), "as it was when it was last known");
}

#[test]
fn a_runtime_that_never_began_to_watch_leaves_nobody_waiting() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::sqlite();
    let runtime = runtime();
    // Never polled: nothing in it waits.
    let schema = runtime
        .block_on(async { telemetry.migrations(tables([1])).named("books").watch(&pool(&fresh)) });
    drop(runtime);
    let start = Instant::now();
    self::runtime().block_on(schema.refresh());
    assert!(start.elapsed() < PROMPT);
    assert_eq!(standing(&telemetry.snapshot(), "books"), None);
}

#[test]
fn what_a_runtime_that_stands_still_has_read_grows_old_and_vanishes() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::sqlite();
    let runtime = runtime();
    let known = Some([0, 1, 0, 0, 0, 0]);
    let migrations = telemetry.migrations(tables([1])).named("books").read_every(INTERVAL);
    let migrations = migrations.read_timeout(INTERVAL * 5);
    let schema = runtime.block_on(async {
        let schema = migrations.watch(&pool(&fresh));
        stands(&telemetry, "books", known).await;
        schema
    });
    // Nobody reads now, as nobody drives the runtime.
    std::thread::sleep(INTERVAL * 12);
    assert_eq!(standing(&telemetry.snapshot(), "books"), None);
    assert!(schema.counts().is_none());
    runtime.block_on(stands(&telemetry, "books", known));
}
