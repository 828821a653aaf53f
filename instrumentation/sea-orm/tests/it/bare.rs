//! What takes the bare types does not escape.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::StreamExt;
use kymo_sqlx_events::{EventMetrics, EventSettings, SqlxEvents};
use kymo_testing::TestMeters;
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    Statement, StreamTrait, TransactionTrait,
};
use tracing_subscriber::Registry;

use crate::{
    book,
    bookshop::{Bookshop, DURATION, RETURNED_ROWS, SUMMARY},
};

/// As most services write them.
async fn count(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(book::Entity::find().all(db).await?.len())
}

async fn add(transaction: &DatabaseTransaction, title: &str) -> Result<(), DbErr> {
    book::called(title).insert(transaction).await.map(drop)
}

#[tokio::test]
async fn a_function_of_the_bare_connection_is_counted_once() {
    let shop = Bookshop::open().await;
    count(&shop.db).await.unwrap();
    count(shop.db.inner()).await.unwrap();
    book::Entity::find().all(&shop.db).await.unwrap();
    shop.assert_operations("", &[(r#"SELECT "books""#, 3)]);
    let rows: i64 = shop.points().of(RETURNED_ROWS).iter().map(|point| point.count).sum();
    assert_eq!(rows, 1, "sea-orm does not tell how many rows there were");
}

#[tokio::test]
async fn a_function_of_the_bare_connection_is_counted_where_a_layer_hears_no_event() {
    let shop = Bookshop::open().await;
    // In no subscriber, and the connection logs nothing either.
    let events = EventMetrics::new(&*TestMeters::new());
    let layer: SqlxEvents<Registry> = events.layer(&EventSettings::new());
    count(&shop.db).await.unwrap();
    drop(layer);
    count(&shop.db).await.unwrap();
    shop.assert_operations("", &[(r#"SELECT "books""#, 2)]);
}

#[tokio::test]
async fn a_function_of_the_bare_transaction_is_counted_once_and_its_failure_too() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    add(&transaction, "Dune").await.unwrap();
    add(&transaction, "Dune").await.unwrap_err();
    transaction.commit().await.unwrap();
    let bare = shop.db.inner().begin().await.unwrap();
    add(&bare, "Emma").await.unwrap();
    bare.commit().await.unwrap();
    shop.assert_operations("", &[("BEGIN", 1), ("COMMIT", 1), (r#"INSERT "books""#, 2)]);
    shop.assert_operations("_OTHER", &[(r#"INSERT "books""#, 1)]);
    assert_eq!(shop.inserted(), 0, "less rather than more");
}

#[tokio::test]
async fn a_bare_stream_is_counted_once_when_it_is_dropped() {
    let shop = Bookshop::open().await;
    let stream = book::Entity::find().stream(shop.db.inner()).await.unwrap();
    assert_eq!(stream.count().await, 0);
    shop.assert_operations("", &[(r#"SELECT "books""#, 1)]);
}

#[tokio::test]
async fn a_bare_stream_is_told_as_a_success_whether_it_failed_or_was_never_read() {
    let shop = Bookshop::open().await;
    let nothing = Statement::from_string(DbBackend::Sqlite, "SELECT x FROM nothing");
    let mut failing = shop.db.inner().stream_raw(nothing).await.unwrap();
    failing.next().await.unwrap().unwrap_err();
    drop(failing);
    drop(book::Entity::find().stream(shop.db.inner()).await.unwrap());
    shop.assert_operations("", &[(r#"SELECT "books""#, 1), ("SELECT nothing", 1)]);
}

#[tokio::test]
async fn bare_and_measured_statements_that_run_at_once_are_told_apart() {
    let shop = Bookshop::open().await;
    let (bare, measured) = tokio::join!(count(shop.db.inner()), book::Entity::find().all(&shop.db));
    assert!(bare.is_ok() && measured.is_ok());
    assert_eq!(shop.by(DURATION, SUMMARY)[r#"SELECT "books""#], 2);
    assert_eq!(shop.by(RETURNED_ROWS, SUMMARY)[r#"SELECT "books""#], 1);
}

#[tokio::test]
async fn a_callback_of_the_program_is_called_for_all_of_them() {
    let shop = Bookshop::open().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let db = shop.db.clone().with_metric_callback(move |info| {
        assert!(info.statement.sql.starts_with("SELECT"));
        counted.fetch_add(1, Ordering::Relaxed);
    });
    count(&db).await.unwrap();
    book::Entity::find().all(&db).await.unwrap();
    let _read = book::Entity::find().stream(&db).await.unwrap().count().await;
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    shop.assert_operations("", &[(r#"SELECT "books""#, 3)]);
}
