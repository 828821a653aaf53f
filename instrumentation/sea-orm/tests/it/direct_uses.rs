//! The bare connection and the bare transaction, taken out of measured ones.

use kymo_sea_orm::MeasuredDatabaseTransaction;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait,
    TransactionTrait,
};

use crate::{book, bookshop::Bookshop};

const DIRECT_USES: &str = "kymo.db.connection.direct_uses";

async fn by_connection(db: &DatabaseConnection) {
    db.execute_unprepared("SELECT 1").await.unwrap();
}

async fn by_transaction(transaction: &DatabaseTransaction) {
    transaction.execute_unprepared("SELECT 1").await.unwrap();
}

fn uses(shop: &Bookshop) -> i64 {
    shop.points().count(DIRECT_USES, &[])
}

async fn with_dune(shop: &Bookshop) -> MeasuredDatabaseTransaction {
    let transaction = shop.db.begin().await.unwrap();
    book::called("Dune").insert(&transaction).await.unwrap();
    transaction
}

#[tokio::test]
async fn each_way_to_the_bare_types_is_one_direct_use() {
    let shop = Bookshop::open().await;
    assert_eq!(uses(&shop), 0);
    by_connection(&shop.db).await;
    by_connection(shop.db.inner()).await;
    by_connection(&shop.db.clone()).await;
    assert_eq!(uses(&shop), 3);
    let transaction = shop.db.begin().await.unwrap();
    by_transaction(&transaction).await;
    by_transaction(transaction.inner()).await;
    let savepoint = transaction.begin().await.unwrap();
    by_transaction(&savepoint).await;
    savepoint.commit().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(uses(&shop), 6);
}

#[tokio::test]
async fn what_needs_no_statement_and_what_is_measured_is_no_direct_use() {
    let shop = Bookshop::open().await;
    shop.db.ping().await.unwrap();
    let _ = (shop.db.get_database_backend(), shop.db.support_returning(), shop.db.name());
    book::Entity::find().all(&shop.db).await.unwrap();
    with_dune(&shop).await.commit().await.unwrap();
    let transaction = shop.db.begin().await.unwrap();
    transaction.begin().await.unwrap().commit().await.unwrap();
    drop(transaction);
    let db = shop.db.clone().with_metric_callback(|_| ());
    book::Entity::find().all(&db).await.unwrap();
    db.close_by_ref().await.unwrap();
    assert_eq!((uses(&shop), shop.inserted()), (0, 1));
}

#[tokio::test]
async fn a_transaction_that_was_lent_ends_as_unknown_and_counts_no_rows() {
    let shop = Bookshop::open().await;
    let transaction = with_dune(&shop).await;
    by_transaction(&transaction).await;
    // Whoever has it may still do something behind a measured statement.
    book::called("Emma").insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 0, "less rather than more");
    let transaction = shop.db.begin().await.unwrap();
    by_transaction(&transaction).await;
    transaction.rollback().await.unwrap();
    shop.assert_transactions(&[("unknown", 2)]);
    // What nobody was lent is as certain as ever.
    let transaction = shop.db.begin().await.unwrap();
    book::called("Ulysses").insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 1);
    shop.assert_transactions(&[("commit", 1), ("unknown", 2)]);
}

#[tokio::test]
async fn what_a_savepoint_lent_is_uncertain_in_the_transaction_around_it_however_it_ends() {
    for end in ["commit", "rollback", "drop"] {
        let shop = Bookshop::open().await;
        let transaction = with_dune(&shop).await;
        let savepoint = transaction.begin().await.unwrap();
        by_transaction(&savepoint).await;
        match end {
            "commit" => savepoint.commit().await.unwrap(),
            "rollback" => savepoint.rollback().await.unwrap(),
            _ => drop(savepoint),
        }
        transaction.commit().await.unwrap();
        assert_eq!(shop.inserted(), 0, "{end}");
        shop.assert_transactions(&[("unknown", 1)]);
    }
}

#[tokio::test]
async fn what_is_lent_around_an_open_savepoint_is_uncertain_inside_it() {
    let shop = Bookshop::open().await;
    let transaction = shop.db.begin().await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    book::called("Dune").insert(&savepoint).await.unwrap();
    by_transaction(&transaction).await;
    savepoint.commit().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(shop.inserted(), 0);
    shop.assert_transactions(&[("unknown", 1)]);
}
