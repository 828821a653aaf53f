//! A transaction is timed until its end, and its rows count when they are committed.

use std::pin::Pin;

use kymo_sea_orm::MeasuredDatabaseTransaction;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, TransactionError, TransactionTrait,
};

use crate::{book, bookshop::Bookshop};

/// As services write them: whatever the database, and whatever is inside.
async fn add<C: ConnectionTrait + TransactionTrait>(db: &C, titles: &[&str]) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    for title in titles {
        book::called(title).insert(&transaction).await?;
    }
    sea_orm::TransactionSession::commit(transaction).await
}

#[tokio::test]
async fn rows_count_when_they_are_committed_and_not_before() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    book::called("Dune").insert(&transaction).await.unwrap();
    assert_eq!(shop.inserted(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 1);
    add(&shop.db, &["Emma", "Ulysses"]).await.unwrap();
    assert_eq!(shop.inserted(), 3);
    shop.assert_operations("", &[("BEGIN", 2), ("COMMIT", 2), (r#"INSERT "books""#, 3)]);
    shop.assert_transactions(&[("commit", 2)]);
}

#[tokio::test]
async fn rows_of_a_rollback_a_drop_and_an_error_do_not_count() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    book::called("Dune").insert(&transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    let transaction = shop.db.begin().await.unwrap();
    book::called("Dune").insert(&transaction).await.unwrap();
    drop(transaction);
    add(&shop.db, &["Emma", "Emma"]).await.unwrap_err();
    assert_eq!(shop.inserted(), 0);
    shop.assert_transactions(&[("dropped", 2), ("rollback", 1)]);
    assert!(book::Entity::find().one(&shop.db).await.unwrap().is_none());
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;

fn dune(transaction: &MeasuredDatabaseTransaction) -> Answer<'_, i32> {
    Box::pin(async move { Ok(book::called("Dune").insert(transaction).await?.id) })
}

#[tokio::test]
async fn a_closure_is_committed_after_a_success_and_rolled_back_after_a_failure() {
    let shop = Bookshop::open().await;
    let id = shop.db.transaction::<_, i32, DbErr>(dune).await.unwrap();
    let failed = shop.db.transaction::<_, i32, DbErr>(dune).await.unwrap_err();
    assert!(matches!(failed, TransactionError::Transaction(_)), "{failed}");
    let gone = shop
        .db
        .transaction_async(async |transaction| -> Result<u64, DbErr> {
            Ok(book::Entity::delete_by_id(id).exec(transaction).await?.rows_affected)
        })
        .await;
    assert_eq!(gone.unwrap(), 1);
    assert_eq!(shop.inserted(), 1);
    shop.assert_transactions(&[("commit", 2), ("rollback", 1)]);
    shop.assert_operations("unique_violation", &[(r#"INSERT "books""#, 1)]);
}

#[tokio::test]
async fn a_savepoint_is_lost_by_itself_and_with_what_is_around_it() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    add(&transaction, &["Dune"]).await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Emma").insert(&savepoint).await.unwrap();
    savepoint.rollback().await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Ulysses").insert(&savepoint).await.unwrap();
    drop(savepoint);
    assert_eq!(shop.inserted(), 0, "nothing is committed yet");
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 1);
    assert_eq!(
        book::Entity::find().all(&shop.db).await.unwrap().len(),
        1,
        "as the database has it"
    );

    let transaction = shop.db.begin().await.unwrap();
    add(&transaction, &["Emma"]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(shop.inserted(), 1, "released, and lost with the transaction");
    shop.assert_transactions(&[("commit", 1), ("rollback", 1)]);
}

#[tokio::test]
async fn statements_that_wait_for_each_other_in_one_transaction_are_all_measured() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    let one = book::called("Dune").insert(&transaction);
    let other = book::called("Emma").insert(&transaction);
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_ok() && other.is_ok());
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 2);
}

#[tokio::test]
async fn a_statement_around_an_open_savepoint_runs_inside_it() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Dune").insert(&transaction).await.unwrap();
    savepoint.rollback().await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Emma").insert(&transaction).await.unwrap();
    drop(savepoint);
    let savepoint = transaction.begin().await.unwrap();
    let inner = savepoint.begin().await.unwrap();
    book::called("Ulysses").insert(&transaction).await.unwrap();
    inner.commit().await.unwrap();
    savepoint.commit().await.unwrap();
    transaction.commit().await.unwrap();
    let there = book::Entity::find().all(&shop.db).await.unwrap();
    assert_eq!(there.into_iter().map(|book| book.title).collect::<Vec<_>>(), ["Ulysses"]);
    assert_eq!(shop.inserted(), 1, "as the database has it");
    shop.assert_transactions(&[("commit", 1)]);
}

#[tokio::test]
async fn where_savepoints_overlap_less_is_counted_rather_than_more() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    let one = transaction.begin().await.unwrap();
    let other = transaction.begin().await.unwrap();
    book::called("Dune").insert(&one).await.unwrap();
    // That ends the other one, which is inside it.
    one.commit().await.unwrap();
    other.rollback().await.unwrap();
    transaction.commit().await.unwrap();
    assert!(book::Entity::find().one(&shop.db).await.unwrap().is_none());
    assert_eq!(shop.inserted(), 0);
    shop.assert_transactions(&[("unknown", 1)]);

    // What is ended before what is inside it is not ended.
    let transaction = shop.db.begin().await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Emma").insert(&savepoint).await.unwrap();
    transaction.commit().await.unwrap();
    drop(savepoint);
    assert!(book::Entity::find().one(&shop.db).await.unwrap().is_none());
    assert_eq!(shop.inserted(), 0);
    shop.assert_transactions(&[("unknown", 2)]);
}
