//! Changes that answer with rows, on servers that report them in different ways.

use futures_util::TryStreamExt;
use kymo::{sqlx::MeasuredPool, testing::TestTelemetry};
use sqlx::{Executor, MySql, Postgres, raw_sql};

use super::empty_database::EmptyDatabase;

const TABLE: &str = "CREATE TABLE acts (n BIGINT PRIMARY KEY)";

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_postgres_answers_with_are_rows_that_it_changed() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::postgres().await;
    let pool: MeasuredPool<Postgres> = telemetry.sqlx(super::pool(&fresh, 1));
    pool.execute(TABLE).await.unwrap();
    pool.fetch_one("INSERT INTO acts VALUES (1), (2) RETURNING n").await.unwrap();
    pool.fetch_all("INSERT INTO acts VALUES (3), (4), (5) RETURNING n").await.unwrap();
    pool.fetch_optional("DELETE FROM acts WHERE n > 9 RETURNING n").await.unwrap();
    changed(&telemetry, &[("INSERT", 5), ("DELETE", 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_mariadb_answers_with_are_rows_that_it_changed() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::mariadb().await;
    let pool: MeasuredPool<MySql> = telemetry.sqlx(super::pool(&fresh, 1));
    pool.execute(TABLE).await.unwrap();
    pool.fetch_one("INSERT INTO acts VALUES (1) RETURNING n").await.unwrap();
    pool.fetch_all("INSERT INTO acts VALUES (2), (3) RETURNING n").await.unwrap();
    pool.execute(raw_sql("INSERT INTO acts VALUES (4), (5) RETURNING n")).await.unwrap();
    assert!(pool.fetch_optional("INSERT INTO acts VALUES (6), (7)").await.unwrap().is_none());
    let deleted = pool.fetch("DELETE FROM acts WHERE n < 3 RETURNING n");
    assert_eq!(deleted.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    changed(&telemetry, &[("INSERT", 7), ("DELETE", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_commits_what_was_before_a_new_table() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::mariadb().await;
    let pool: MeasuredPool<MySql> = telemetry.sqlx(super::pool(&fresh, 1));
    pool.execute(TABLE).await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("INSERT INTO acts VALUES (1)").await.unwrap();
    transaction.execute("CREATE TABLE extra (n BIGINT)").await.unwrap();
    transaction.execute("INSERT INTO acts VALUES (2)").await.unwrap();
    transaction.rollback().await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM acts").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 2, "the server has both");
    changed(&telemetry, &[("INSERT", 2)]);
}

#[track_caller]
fn changed(telemetry: &TestTelemetry, expected: &[(&'static str, u64)]) {
    let snapshot = telemetry.snapshot();
    for &(operation, rows) in expected {
        let changed = snapshot.counter("kymo.db.rows.changed");
        let seen = changed.with("db.operation.name", operation).try_value();
        let seen = seen.unwrap_or_else(|| 0_u64.into());
        assert!(seen.agrees(rows), "{operation}: {seen}, not {rows}\n{snapshot}");
    }
}
