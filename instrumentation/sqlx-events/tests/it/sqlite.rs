//! Statements that sqlx itself reports, from the thread of SQLite's driver.

use std::{sync::OnceLock, time::Duration};

use kymo_sqlx_events::{EventMetrics, EventSettings, System};
use kymo_testing::TestMeters;
use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqlitePoolOptions};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::prelude::*;

/// The meters of the process: the driver's threads know no subscriber but the global one.
fn meters() -> &'static TestMeters {
    static METERS: OnceLock<TestMeters> = OnceLock::new();
    METERS.get_or_init(|| {
        let meters = TestMeters::new();
        let settings = EventSettings::new().system(System::Sqlite);
        tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().with_filter(LevelFilter::WARN))
            .with(EventMetrics::new(&*meters).layer(&settings))
            .init();
        meters
    })
}

/// How many statements of this summary were recorded, and how many rows they returned.
fn recorded(summary: &'static str) -> (i64, f64) {
    let metrics = meters().snapshot();
    let with = [("db.query.summary", summary), ("db.system.name", "sqlite")];
    let rows = metrics.histogram("db.client.response.returned_rows");
    let rows = rows.with("db.query.summary", summary);
    let returned = if rows.series().is_empty() { 0.0 } else { rows.sum().as_f64() };
    (metrics.points().count("db.client.operation.duration", &with), returned)
}

#[tokio::test]
async fn every_statement_of_a_bare_pool_is_counted_whoever_runs_it() {
    let _ = meters();
    let options = SqlitePoolOptions::new().max_connections(1);
    let pool = options.connect("sqlite::memory:").await.unwrap();
    pool.execute("CREATE TABLE events_a (id INTEGER)").await.unwrap();
    for id in 0..5 {
        sqlx::query("INSERT INTO events_a VALUES (?)").bind(id).execute(&pool).await.unwrap();
    }
    let mut connection = pool.acquire().await.unwrap();
    let all = sqlx::query("SELECT id FROM events_a WHERE id < 3").fetch_all(&mut *connection).await;
    assert_eq!(all.unwrap().len(), 3);
    drop(connection);
    let mut transaction = pool.begin().await.unwrap();
    let one: i64 = sqlx::query_scalar("SELECT id FROM events_a WHERE id < 3")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(one, 0);
    transaction.rollback().await.unwrap();
    // A statement that fails is reported as any other.
    sqlx::query("INSERT INTO events_a VALUES (1, 2)").execute(&pool).await.unwrap_err();

    assert_eq!(recorded("CREATE TABLE events_a"), (1, 0.0));
    // Its event comes from another thread, maybe after its answer.
    for _ in 0..500 {
        if recorded("INSERT events_a").0 == 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(recorded("INSERT events_a"), (6, 0.0));
    assert_eq!(recorded("SELECT events_a"), (2, 4.0));
}

#[tokio::test]
async fn a_connection_without_a_pool_is_counted_too() {
    let _ = meters();
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    connection.execute("-- name: events_named\nSELECT 1 UNION SELECT 2").await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(recorded("events_named"), (1, 2.0));
}
