//! However a transaction ends, it is counted once.

use futures_util::FutureExt;
use kymo_sqlx::{MeasuredPool, PoolSettings, System};
use sqlx::{
    Acquire, Connection, Sqlite, query, raw_sql,
    sqlite::{SqliteJournalMode, SqlitePoolOptions},
};

use crate::database_meters::{
    DURATION, DatabaseMeters, TABLES, TRANSACTION, USE_TIME, file_options,
};

#[tokio::test]
async fn a_transaction_is_counted_by_its_outcome() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    pool.begin().await.unwrap().commit().await.unwrap();
    pool.begin().await.unwrap().rollback().await.unwrap();
    drop(pool.begin().await.unwrap());
    meters.assert_transactions(&[("commit", 1), ("rollback", 1), ("dropped", 1)]);
    let mut connection = pool.acquire().await.unwrap();
    connection.begin().await.unwrap().commit().await.unwrap();
    connection.begin().await.unwrap().rollback().await.unwrap();
    drop(connection.begin().await.unwrap());
    meters.assert_transactions(&[("commit", 2), ("rollback", 2), ("dropped", 2)]);
    drop(connection);
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn a_transaction_begun_right_after_a_dropped_one_is_a_transaction() {
    for _ in 0..50 {
        let meters = DatabaseMeters::new();
        let pool = meters.pool(1).await;
        let mut connection = pool.acquire().await.unwrap();
        drop(connection.begin().await.unwrap());
        // Its rollback has been asked for, and need not have happened.
        let mut transaction = connection.begin().await.unwrap();
        query("INSERT INTO books (title) VALUES ('Dune')")
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        meters.assert_transactions(&[("commit", 1), ("dropped", 1)]);
        assert_eq!(meters.balance("books"), 1);
    }
}

#[tokio::test]
async fn a_commit_that_fails_is_an_error_and_counts_no_rows() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    raw_sql(
        "PRAGMA foreign_keys = ON; \
         CREATE TABLE loans (book INTEGER REFERENCES books DEFERRABLE INITIALLY DEFERRED)",
    )
    .execute(pool.inner())
    .await
    .unwrap();
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO loans VALUES (7)").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap_err();
    meters.assert_transactions(&[("error", 1)]);
    assert_eq!(meters.balance("loans"), 0);
    assert_eq!(meters.count(DURATION, &[("error.type", "foreign_key_violation")]), 1);
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM loans").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_commit_that_the_server_answers_with_a_rollback_is_one_and_counts_no_rows() {
    let meters = DatabaseMeters::new();
    let bare =
        SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    raw_sql(TABLES).execute(&bare).await.unwrap();
    // PostgreSQL undoes a transaction in which a statement has failed, and reports no error.
    let settings = PoolSettings::new().system(System::Postgresql);
    let pool = meters.metrics.pool_with(bare, &settings).unwrap();
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO acts VALUES (2)").execute(&mut *transaction).await.unwrap();
    query("INSERT INTO acts VALUES (1)").execute(&mut *transaction).await.unwrap_err();
    transaction.commit().await.unwrap();
    meters.assert_transactions(&[("rollback", 1)]);
    assert_eq!(meters.balance("acts"), 0);
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO acts VALUES (3)").execute(&mut *transaction).await.unwrap();
    let mut savepoint = transaction.begin().await.unwrap();
    query("INSERT INTO acts VALUES (1)").execute(&mut *savepoint).await.unwrap_err();
    savepoint.rollback().await.unwrap();
    transaction.commit().await.unwrap();
    meters.assert_transactions(&[("rollback", 1), ("commit", 1)]);
    assert_eq!(meters.balance("acts"), 1);
}

#[tokio::test]
async fn a_transaction_that_statements_begin_and_end_has_no_time() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    for sql in ["BEGIN", "COMMIT"] {
        query(sql).execute(&mut *connection).await.unwrap();
    }
    drop(connection);
    meters.assert_transactions(&[]);
    pool.begin().await.unwrap().commit().await.unwrap();
    meters.assert_transactions(&[("commit", 1)]);
}

#[tokio::test]
async fn a_savepoint_is_part_of_its_transaction() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut transaction = pool.begin().await.unwrap();
    transaction.begin().await.unwrap().commit().await.unwrap();
    transaction.begin().await.unwrap().rollback().await.unwrap();
    let mut savepoint = transaction.begin().await.unwrap();
    drop(savepoint.begin().await.unwrap());
    drop(savepoint);
    meters.assert_transactions(&[]);
    transaction.commit().await.unwrap();
    meters.assert_transactions(&[("commit", 1)]);
}

#[tokio::test]
async fn a_transaction_in_a_callback_ends_as_the_callback_does() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    let dune = "INSERT INTO books (title) VALUES ('Dune')";
    let first = connection
        .transaction(|tx| Box::pin(async move { query(dune).execute(&mut **tx).await }))
        .await;
    assert!(first.is_ok());
    let second = connection
        .transaction(|tx| Box::pin(async move { query(dune).execute(&mut **tx).await }))
        .await;
    assert!(second.is_err());
    meters.assert_transactions(&[("commit", 1), ("rollback", 1)]);
    assert_eq!(meters.balance("books"), 1);
}

#[tokio::test]
async fn a_transaction_dropped_half_way_is_dropped_and_gives_its_connection_back() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let half_way = async {
        let mut transaction = pool.begin().await?;
        query("INSERT INTO books (title) VALUES ('Dune')").execute(&mut *transaction).await?;
        std::future::pending::<()>().await;
        transaction.commit().await
    };
    tokio::time::timeout(std::time::Duration::from_millis(50), half_way).await.unwrap_err();
    meters.assert_transactions(&[("dropped", 1)]);
    assert_eq!(meters.balance("books"), 0);
    meters.assert_at_rest().await;
    assert_eq!(meters.only(USE_TIME).count, 1);
}

#[tokio::test]
async fn a_commit_that_nobody_waits_for_is_cancelled_and_its_transaction_dropped() {
    let meters = DatabaseMeters::new();
    let folder = tempfile::tempdir().unwrap();
    let options = file_options(&folder).journal_mode(SqliteJournalMode::Delete);
    let bare = SqlitePoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
    raw_sql(TABLES).execute(&bare).await.unwrap();
    // Somebody who reads keeps the commit waiting.
    let mut reader = bare.begin().await.unwrap();
    query("SELECT * FROM books").execute(&mut *reader).await.unwrap();
    let pool = meters.metrics.pool(bare);
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO books (title) VALUES ('Dune')").execute(&mut *transaction).await.unwrap();
    assert!(transaction.commit().now_or_never().is_none());
    meters.assert_transactions(&[("dropped", 1)]);
    assert_eq!(meters.count(DURATION, &[("error.type", "cancelled")]), 1);
    assert_eq!(meters.balance("books"), 0);
    reader.rollback().await.unwrap();
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn nothing_is_said_of_the_end_of_a_transaction_that_is_no_longer_measured() {
    async fn generic<'a>(pool: impl Acquire<'a, Database = Sqlite>) {
        let mut transaction = pool.begin().await.unwrap();
        query("SELECT 1").execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let meters = DatabaseMeters::new();
    let pool: MeasuredPool<Sqlite> = meters.pool(1).await;
    generic(&pool).await;
    let mut connection = pool.acquire().await.unwrap();
    generic(&mut connection).await;
    drop(connection);
    pool.begin().await.unwrap().into_inner().commit().await.unwrap();
    assert_eq!(meters.of(TRANSACTION), []);
    meters.assert_operations(&[]);
    assert_eq!(meters.count(DURATION, &[]), 3, "they were begun under measurement");
    assert_eq!(meters.only(USE_TIME).count, 1, "that of the connection");
    meters.assert_at_rest().await;
}

#[tokio::test]
async fn a_connection_that_is_no_longer_measured_has_a_use_time_only_if_its_end_is_known() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(3).await;
    pool.acquire().await.unwrap().close().await.unwrap();
    pool.acquire().await.unwrap().detach().close().await.unwrap();
    pool.acquire().await.unwrap().leak().close().await.unwrap();
    assert_eq!(meters.only(USE_TIME).count, 3);
    drop(pool.acquire().await.unwrap().into_inner());
    assert_eq!(meters.only(USE_TIME).count, 3, "it goes on to be used");
}
