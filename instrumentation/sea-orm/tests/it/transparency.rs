//! The caller sees what it would see without.

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, EntityTrait,
    MockDatabase, TransactionTrait,
};

use crate::{
    book,
    bookshop::{Bookshop, DURATION, bare},
};

async fn transcript<C: ConnectionTrait + TransactionTrait>(db: &C) -> Vec<String> {
    let transaction = db.begin().await.unwrap();
    let told = [
        format!("{:?}", book::called("Dune").insert(&transaction).await),
        format!("{:?}", book::called("Dune").insert(&transaction).await),
        format!("{:?}", book::Entity::find().all(&transaction).await),
        format!("{:?}", transaction.execute_unprepared("DELETE FROM nothing").await.map(drop)),
        format!("{:?}", sea_orm::TransactionSession::rollback(transaction).await),
        format!("{:?}", book::Entity::find_by_id(7).one(db).await),
        format!("{:?} {}", db.get_database_backend(), db.support_returning()),
    ];
    told.into()
}

#[tokio::test]
async fn results_and_errors_are_those_of_the_bare_connection() {
    let shop = Bookshop::open().await;
    assert_eq!(transcript(&shop.db).await, transcript(&bare().await).await);
}

#[tokio::test]
async fn a_connection_that_is_none_fails_as_it_would() {
    let shop = Bookshop::open().await;
    let db = shop.metrics.database(DatabaseConnection::default());
    let failed = db.execute_unprepared("SELECT 1").await.unwrap_err();
    assert!(matches!(failed, DbErr::Conn(_)), "{failed}");
    assert_eq!(shop.by(DURATION, "error.type"), [("_OTHER".to_owned(), 1)].into());
}

#[tokio::test]
async fn a_mock_is_a_mock() {
    let shop = Bookshop::open().await;
    let mock = MockDatabase::new(DatabaseBackend::Postgres)
        .append_query_results([[book::Model { id: 1, title: "Dune".to_owned() }]])
        .into_connection();
    let db = shop.metrics.database(mock);
    assert!(db.is_mock_connection());
    assert_eq!(book::Entity::find().all(&db).await.unwrap().len(), 1);
    let point = shop.points().only(DURATION);
    assert_eq!(point.get("db.query.summary"), Some(r#"SELECT "books""#));
    assert_eq!(point.get("db.system.name"), Some("postgresql"));
}
