//! Together with the events of sqlx, each statement counts once, and what went round is told.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt as _;
use kymo_core::OperationKind;
use kymo_sea_orm::SeaOrmMetrics;
use kymo_sqlx::DatabaseMetrics;
use kymo_sqlx_events::{EventMetrics, EventSettings, System};
use kymo_testing::{TestMeters, UnitOfWork};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    StreamTrait, TransactionTrait,
};
use tracing_subscriber::prelude::*;

/// As most services write them: it goes round.
async fn bare(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.query_all_raw(of("SELECT title FROM bare")).await.map(drop)
}

fn of(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

#[tokio::test]
async fn each_statement_counts_once_and_what_went_round_is_told() {
    let meters = TestMeters::new();
    let events = EventSettings::new().system(System::Sqlite);
    tracing_subscriber::registry().with(EventMetrics::new(&*meters).layer(&events)).init();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1);
    let db = Database::connect(options).await.unwrap();
    let db = SeaOrmMetrics::new(&DatabaseMetrics::new(&*meters)).database(db);

    for table in ["measured", "bare", "streamed", "left", "changed"] {
        db.execute_unprepared(&format!("CREATE TABLE {table} (title TEXT)")).await.unwrap();
    }
    db.query_one_raw(of("SELECT title FROM measured")).await.unwrap();
    db.query_all_raw(of("SELECT title FROM measured")).await.unwrap();
    let read = db.stream_raw(of("SELECT title FROM streamed")).await.unwrap();
    assert_eq!(read.count().await, 0);
    let transaction = db.begin().await.unwrap();
    let insert = "INSERT INTO changed VALUES ('Dune'), ('Emma')";
    transaction.execute_raw(of(insert)).await.unwrap();
    let mut left = transaction.stream_raw(of("SELECT title FROM changed")).await.unwrap();
    left.next().await.unwrap().unwrap();
    drop(left);
    transaction.query_all_raw(of("SELECT nothing FROM left")).await.unwrap_err();
    transaction.commit().await.unwrap();
    for _ in 0..3 {
        bare(&db).await.unwrap();
    }
    // One that does not log, which no event tells of.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let silent = Database::connect(options).await.unwrap();
    let silent = SeaOrmMetrics::new(&DatabaseMetrics::new(&*meters)).database(silent);
    silent.execute_unprepared("CREATE TABLE silent (title TEXT)").await.unwrap();
    for _ in 0..3 {
        let select = of("SELECT title FROM silent");
        silent.inner().query_all_raw(select).await.unwrap();
    }

    let mut account = UnitOfWork::new();
    account.around(bare(&db)).await.unwrap();
    account.around(db.query_one_raw(of("SELECT title FROM measured"))).await.unwrap();

    let by = |name: &str| -> BTreeMap<String, i64> {
        meters.snapshot().points().by(name, "db.query.summary")
    };
    for _ in 0..100 {
        // The events come from the thread of the database.
        if by("kymo.db.unmeasured.operations").get("SELECT bare") == Some(&4) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let counted: Vec<_> = by("db.client.operation.duration").into_iter().collect();
    let expected = [
        ("BEGIN", 1),
        ("COMMIT", 1),
        ("CREATE TABLE bare", 1),
        ("CREATE TABLE changed", 1),
        ("CREATE TABLE left", 1),
        ("CREATE TABLE measured", 1),
        ("CREATE TABLE silent", 1),
        ("CREATE TABLE streamed", 1),
        ("INSERT changed", 1),
        ("SELECT bare", 4),
        ("SELECT changed", 1),
        ("SELECT left", 1),
        ("SELECT measured", 3),
        ("SELECT silent", 3),
        ("SELECT streamed", 1),
    ];
    // What sqlx and sea-orm ask of a connection that is opened.
    let is_of_opening = |summary: &str| summary.starts_with("PRAGMA") || summary == "SELECT";
    let counted: Vec<_> = counted.into_iter().filter(|(it, _)| !is_of_opening(it)).collect();
    assert_eq!(counted, expected.map(|(summary, n)| (summary.to_owned(), n)));
    let unmeasured: Vec<_> =
        by("kymo.db.unmeasured.operations").into_iter().filter(|(_, n)| *n > 0).collect();
    // Whichever source was first: an event comes on the thread of the database.
    let bill = account.end().operations(OperationKind::Sql);
    assert!((1..=2).contains(&bill), "{bill}");
    let all: i64 = by("db.client.operation.duration").into_values().sum();
    let outside: i64 = by("kymo.http.server.request.outside").into_values().sum();
    assert_eq!(i64::from(bill) + outside, all);
    assert_eq!(unmeasured, [("SELECT bare".to_owned(), 4)]);
}
