//! A stream is one operation until its last row or its drop.

use futures_util::StreamExt;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, StreamTrait, TransactionTrait,
};

use crate::{
    book,
    bookshop::{Bookshop, DURATION, RETURNED_ROWS, SUMMARY},
};

async fn stocked() -> Bookshop {
    let shop = Bookshop::open().await;
    for title in ["Dune", "Emma", "Ulysses"] {
        book::called(title).insert(&shop.db).await.unwrap();
    }
    shop
}

async fn read(db: &(impl ConnectionTrait + StreamTrait), at_most: usize) -> usize {
    let stream = book::Entity::find().stream(db).await.unwrap();
    stream.take(at_most).map(Result::unwrap).count().await
}

fn rows(shop: &Bookshop) -> (i64, f64) {
    let points = shop.points().of(RETURNED_ROWS);
    let of_select = points.iter().filter(|point| point.get(SUMMARY) == Some(r#"SELECT "books""#));
    of_select.fold((0, 0.0), |(count, sum), point| (count + point.count, sum + point.sum))
}

#[tokio::test]
async fn a_stream_that_is_read_is_a_success_with_all_its_rows() {
    let shop = stocked().await;
    assert_eq!(read(&shop.db, usize::MAX).await, 3);
    shop.assert_operations("", &[(r#"INSERT "books""#, 3), (r#"SELECT "books""#, 1)]);
    assert_eq!(rows(&shop), (1, 3.0));
}

#[tokio::test]
async fn a_stream_that_is_left_is_cancelled_with_the_rows_it_gave() {
    let shop = stocked().await;
    assert_eq!(read(&shop.db, 2).await, 2);
    shop.assert_operations("cancelled", &[(r#"SELECT "books""#, 1)]);
    assert_eq!(rows(&shop), (1, 2.0));
}

#[tokio::test]
async fn a_stream_that_was_never_read_is_nothing() {
    let shop = stocked().await;
    drop(book::Entity::find().stream(&shop.db).await.unwrap());
    let transaction = shop.db.begin().await.unwrap();
    drop(book::Entity::find().stream(&transaction).await.unwrap());
    assert!(!shop.by(DURATION, SUMMARY).contains_key(r#"SELECT "books""#));
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn a_stream_in_a_transaction_is_measured_and_leaves_it_free() {
    let shop = stocked().await;
    let transaction = shop.db.begin().await.unwrap();
    assert_eq!(read(&transaction, usize::MAX).await, 3);
    assert_eq!(read(&transaction, 1).await, 1);
    book::called("Middlemarch").insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    shop.assert_operations("cancelled", &[(r#"SELECT "books""#, 1)]);
    assert_eq!(rows(&shop), (2, 4.0));
    assert_eq!(shop.inserted(), 4);
}

#[tokio::test]
async fn a_stream_that_fails_is_that_failure() {
    let shop = Bookshop::open().await;
    let nothing =
        sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT x FROM nothing");
    let mut stream = shop.db.stream_raw(nothing).await.unwrap();
    let failed: Result<_, DbErr> = stream.next().await.unwrap();
    assert!(failed.is_err());
    drop(stream);
    shop.assert_operations("database_error", &[("SELECT nothing", 1)]);
}
