//! Rows are counted that the caller was given, of operations that return rows.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use kymo_sqlx::{PoolSettings, pool_options};
use sqlx::{Executor, Sqlite, query, raw_sql};

use crate::database_meters::{DURATION, DatabaseMeters, RETURNED_ROWS, ROWS_CHANGED};

const FIVE: &str =
    "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5";

const NONE: &str = "SELECT * FROM books";

#[tokio::test]
async fn every_row_of_a_query_is_counted_however_it_is_fetched() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    assert_eq!(query(FIVE).fetch_all(&pool).await.unwrap().len(), 5);
    assert_rows(&meters, 1, 5.0);
    query(FIVE).fetch(&pool).try_for_each(async |_| Ok(())).await.unwrap();
    assert_rows(&meters, 2, 10.0);
    raw_sql(FIVE).fetch_many(&pool).try_for_each(async |_| Ok(())).await.unwrap();
    assert_rows(&meters, 3, 15.0);
    query(FIVE).execute(&pool).await.unwrap();
    assert_rows(&meters, 4, 20.0);
}

#[tokio::test]
async fn the_time_of_a_query_includes_its_rows() {
    const PAUSE: Duration = Duration::from_millis(10);
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let rows = query(FIVE).fetch(&pool);
    rows.try_for_each(async |_| {
        tokio::time::sleep(PAUSE).await;
        Ok(())
    })
    .await
    .unwrap();
    let whole = meters.only(DURATION);
    assert!(whole.sum >= 5.0 * PAUSE.as_secs_f64(), "{whole:?}");
}

#[tokio::test]
async fn only_the_row_that_is_asked_for_is_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query(FIVE).fetch_one(&pool).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    query(FIVE).fetch_optional(&mut *connection).await.unwrap().unwrap();
    assert_rows(&meters, 2, 2.0);
}

#[tokio::test]
async fn one_row_is_counted_where_the_caller_takes_one_though_more_were_changed() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let insert = "INSERT INTO books (title) VALUES (random()), (random()) RETURNING id";
    query(insert).fetch_one(&pool).await.unwrap();
    assert_rows(&meters, 1, 1.0);
    assert_eq!(meters.count(ROWS_CHANGED, &[]), 2);
}

#[tokio::test]
async fn what_a_pool_is_to_go_without_is_not_there() {
    let meters = DatabaseMeters::new();
    let settings =
        PoolSettings::new().without_returned_rows().without_rows_changed().without_summaries();
    let pool = pool_options::<Sqlite>().max_connections(1).connect_lazy("sqlite::memory:");
    let pool = meters.metrics.pool_with(pool.unwrap(), &settings).unwrap();
    pool.execute("CREATE TABLE books (title TEXT)").await.unwrap();
    pool.execute("INSERT INTO books VALUES ('Dune')").await.unwrap();
    pool.fetch_one("SELECT * FROM books").await.unwrap();
    assert_eq!(meters.of(RETURNED_ROWS), []);
    assert_eq!(meters.of(ROWS_CHANGED), []);
    let all = meters.only(DURATION);
    assert_eq!((all.count, all.get("db.query.summary")), (3, None));
}

#[tokio::test]
async fn a_query_without_a_row_is_counted_as_none() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query(NONE).fetch_all(&pool).await.unwrap();
    assert!(query(NONE).fetch_optional(&pool).await.unwrap().is_none());
    query(NONE).fetch_one(&pool).await.unwrap_err();
    assert!(query(NONE).fetch(&pool).next().await.is_none());
    assert_rows(&meters, 4, 0.0);
}

#[tokio::test]
async fn what_returns_no_rows_is_not_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    for sql in [
        "INSERT INTO books (title) VALUES ('Dune')",
        "UPDATE books SET title = 'Emma'",
        "DELETE FROM books",
        "CREATE TABLE authors (name TEXT)",
        "SELECT * FROM nowhere",
    ] {
        let _ = pool.execute(sql).await;
    }
    pool.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(meters.of(RETURNED_ROWS), []);
}

#[tokio::test]
async fn rows_that_a_change_gives_back_are_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let insert = "INSERT INTO books (title) VALUES (random()), (random()) RETURNING id";
    query(insert).fetch_all(&pool).await.unwrap();
    assert_rows(&meters, 1, 2.0);
    let delete = "DELETE FROM books WHERE id > 100 RETURNING id";
    query(delete).fetch_all(&pool).await.unwrap();
    assert_rows(&meters, 2, 2.0);
}

#[tokio::test]
async fn rows_that_were_given_before_a_drop_or_an_error_are_counted_with_it() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let rows: Vec<_> = query(FIVE).fetch(&pool).take(2).collect().await;
    assert_eq!(rows.len(), 2);
    let cancelled = meters.only(RETURNED_ROWS);
    assert_eq!((cancelled.count, cancelled.sum), (1, 2.0));
    assert_eq!(cancelled.get("error.type"), Some("cancelled"));
    let overflow = "SELECT abs(n) FROM (SELECT 1 AS n UNION ALL SELECT -9223372036854775807 - 1)";
    assert!(query(overflow).fetch_all(&pool).await.is_err());
    assert_eq!(meters.count(RETURNED_ROWS, &[("error.type", "database_error")]), 1);
}

#[track_caller]
fn assert_rows(meters: &DatabaseMeters, count: i64, sum: f64) {
    let points = meters.of(RETURNED_ROWS);
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), count, "{points:#?}");
    let rows: f64 = points.iter().map(|point| point.sum).sum();
    assert!((rows - sum).abs() < 0.5, "{points:#?}");
}
