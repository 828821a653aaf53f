//! Each statement is one operation, with what came of it.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, Statement,
};
use tokio::time::timeout;

use crate::{
    book,
    bookshop::{Bookshop, DURATION, RETURNED_ROWS, SUMMARY},
};

/// As services write them.
async fn titles(db: &impl ConnectionTrait) -> Result<Vec<book::Model>, DbErr> {
    book::Entity::find().filter(book::Column::Id.gt(0)).all(db).await
}

#[tokio::test]
async fn the_methods_of_entities_are_operations_with_their_rows() {
    let shop = Bookshop::open().await;
    let db = &shop.db;
    let dune = book::called("Dune").insert(db).await.unwrap();
    book::Entity::insert_many(["Emma", "Ulysses"].map(book::called)).exec(db).await.unwrap();
    assert_eq!(titles(db).await.unwrap().len(), 3);
    assert!(book::Entity::find_by_id(99).one(db).await.unwrap().is_none());
    assert_eq!(book::Entity::find().count(db).await.unwrap(), 3);
    let mut dune: book::ActiveModel = dune.into();
    dune.title = sea_orm::Set("Dune Messiah".to_owned());
    dune.update(db).await.unwrap();
    book::Entity::delete_by_id(1).exec(db).await.unwrap();
    db.execute_unprepared("DELETE FROM books").await.unwrap();

    let changed = shop.by("kymo.db.rows.changed", "db.operation.name");
    assert_eq!((changed["INSERT"], changed["UPDATE"], changed["DELETE"]), (3, 1, 3));
    let durations = shop.by(DURATION, SUMMARY);
    assert_eq!(durations.values().sum::<i64>(), 8, "{durations:?}");
    let of = |summary| durations.get(summary).copied().unwrap_or(0);
    assert_eq!(of(r#"INSERT "books""#), 2);
    assert_eq!((of(r#"DELETE "books""#), of("DELETE books")), (1, 1));
    let rows = shop.points().of(RETURNED_ROWS);
    let select = rows.iter().find(|point| point.get(SUMMARY) == Some(r#"SELECT "books""#)).unwrap();
    assert_eq!((select.count, select.sum), (2, 3.0), "three rows, and none");
    let point = &shop.points().of(DURATION)[0];
    assert_eq!(point.get("db.system.name"), Some("sqlite"));
}

#[tokio::test]
async fn a_failure_is_counted_with_its_kind_and_its_code() {
    let shop = Bookshop::open().await;
    book::called("Dune").insert(&shop.db).await.unwrap();
    book::called("Dune").insert(&shop.db).await.unwrap_err();
    shop.db.execute_unprepared("SELECT * FROM nothing").await.unwrap_err();
    shop.assert_operations("unique_violation", &[(r#"INSERT "books""#, 1)]);
    let codes = shop.by(DURATION, "db.response.status_code");
    assert_eq!(codes["2067"], 1, "{codes:?}");
    assert_eq!(shop.inserted(), 1);
}

/// Longer than a statement is waited for.
const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) \
                    SELECT count(*) FROM n";

#[tokio::test]
async fn what_is_dropped_on_the_way_is_cancelled_and_what_was_never_polled_is_nothing() {
    let shop = Bookshop::open().await;
    drop(shop.db.execute_unprepared(SLOW));
    assert_eq!(shop.by(DURATION, SUMMARY).len(), 0);
    let slow = Statement::from_string(sea_orm::DbBackend::Sqlite, SLOW);
    timeout(Duration::from_millis(20), shop.db.query_all_raw(slow)).await.unwrap_err();
    assert_eq!(shop.by(DURATION, "error.type")["cancelled"], 1);
}

#[tokio::test]
async fn a_pool_without_a_connection_is_counted_as_that() {
    let shop = Bookshop::open().await;
    let held = sea_orm::TransactionTrait::begin(&shop.db).await.unwrap();
    titles(&shop.db).await.unwrap_err();
    let timeouts = shop.points().only("db.client.connection.timeouts");
    assert_eq!(
        (timeouts.count, timeouts.get("db.client.connection.pool.name")),
        (1, Some("sqlite"))
    );
    shop.assert_operations("pool_timed_out", &[(r#"SELECT "books""#, 1)]);
    held.rollback().await.unwrap();
}

/// The wait for a connection is not part of a statement's time: sea-orm tells when it is there.
#[tokio::test]
async fn a_duration_begins_when_the_connection_is_there() {
    let shop = Bookshop::open().await;
    let held = sea_orm::TransactionTrait::begin(&shop.db).await.unwrap();
    let later = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        held.rollback().await.unwrap();
    };
    let (found, ()) = tokio::join!(titles(&shop.db), later);
    assert_eq!(found.unwrap().len(), 0);
    let select = |point: &&kymo_testing::Point| point.get(SUMMARY) == Some(r#"SELECT "books""#);
    let points = shop.points().of(DURATION);
    let select = points.iter().find(select).unwrap();
    assert!(select.sum < 0.05, "{} s, and it waited for 0.06", select.sum);
}

#[tokio::test]
async fn any_number_of_texts_is_a_bounded_number_of_series() {
    let shop = Bookshop::open().await;
    for n in 0..2_000 {
        let _ = shop.db.execute_unprepared(&format!("SELECT {n} FROM table_{n}")).await;
        let _ = shop.db.inner().execute_unprepared(&format!("SELECT {n} FROM table_{n}")).await;
    }
    let series = shop.points().of(DURATION).len();
    assert!(series <= 502, "{series}");
}
