//! Transactions that a program writes itself, as SQLite ends them.

use kymo_sqlx::Executor;
use sqlx::{AssertSqlSafe, query_scalar, raw_sql};

use crate::database_meters::DatabaseMeters;

/// Runs `script` on one connection, and whatever fails fails; what was counted, and what is there
/// more than at first.
async fn counted_and_true(script: &[&'static str]) -> (i64, i64) {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    for sql in script {
        let _ = raw_sql(AssertSqlSafe(*sql)).execute(&mut *connection).await;
    }
    let count: i64 =
        query_scalar("SELECT count(*) FROM acts").fetch_one(&mut *connection).await.unwrap();
    (meters.balance("acts"), count - 1)
}

#[tokio::test]
async fn savepoints_are_known_by_their_names() {
    let rolled_back_to_outer = [
        "BEGIN",
        "SAVEPOINT a",
        "INSERT INTO acts VALUES (2)",
        "SAVEPOINT b",
        "INSERT INTO acts VALUES (3)",
        "ROLLBACK TO \"A\"",
        "COMMIT",
    ];
    assert_eq!(counted_and_true(&rolled_back_to_outer).await, (0, 0));
    let released_outer = [
        "SAVEPOINT a",
        "SAVEPOINT b",
        "INSERT INTO acts VALUES (2)",
        "RELEASE a",
        "INSERT INTO acts VALUES (3)",
        "INSERT INTO acts VALUES (4)",
    ];
    assert_eq!(counted_and_true(&released_outer).await, (3, 3));
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_itself_is_over() {
    let begun_again = [
        "BEGIN",
        "INSERT INTO acts VALUES (2)",
        "INSERT OR ROLLBACK INTO acts VALUES (1)",
        "BEGIN",
        "INSERT INTO acts VALUES (3)",
        "COMMIT",
    ];
    assert_eq!(counted_and_true(&begun_again).await, (1, 1));
    let not_begun_again = [
        "BEGIN",
        "INSERT OR ROLLBACK INTO acts VALUES (1)",
        "ROLLBACK",
        "INSERT INTO acts VALUES (3)",
        "INSERT INTO acts VALUES (4)",
    ];
    assert_eq!(counted_and_true(&not_begun_again).await, (2, 2));
    let by_a_trigger = [
        "CREATE TRIGGER stop BEFORE INSERT ON acts WHEN NEW.n = 9 BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
        "BEGIN",
        "INSERT INTO acts VALUES (2)",
        "INSERT INTO acts VALUES (9)",
        "ROLLBACK",
        "INSERT INTO acts VALUES (3)",
    ];
    assert_eq!(counted_and_true(&by_a_trigger).await, (1, 1));
}

#[tokio::test]
async fn a_batch_that_fails_halfway_counts_nothing_that_is_uncertain() {
    let begun = [
        "BEGIN; INSERT INTO acts VALUES (1)",
        "INSERT INTO acts VALUES (3)",
        "ROLLBACK",
        "INSERT INTO acts VALUES (4)",
    ];
    assert_eq!(counted_and_true(&begun).await, (1, 1));
    let committed = [
        "BEGIN",
        "INSERT INTO acts VALUES (2)",
        "COMMIT; SELECT * FROM nowhere",
        "INSERT INTO acts VALUES (3)",
        "BEGIN",
        "INSERT INTO acts VALUES (4)",
        "COMMIT",
        "INSERT INTO acts VALUES (5)",
    ];
    assert_eq!(counted_and_true(&committed).await, (2, 4), "two are not known to be there");
    let together = ["BEGIN", "SAVEPOINT a", "ROLLBACK TO a; COMMIT", "INSERT INTO acts VALUES (2)"];
    assert_eq!(counted_and_true(&together).await, (1, 1));
}

#[tokio::test]
async fn a_batch_that_is_left_after_its_first_row_may_not_have_committed() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    connection.execute("BEGIN").await.unwrap();
    connection.execute("INSERT INTO acts VALUES (2)").await.unwrap();
    connection.fetch_optional(raw_sql("SELECT 1; COMMIT")).await.unwrap().unwrap();
    let _ = connection.execute("ROLLBACK").await;
    assert_eq!(meters.balance("acts"), 0);
    connection.execute("INSERT INTO acts VALUES (3)").await.unwrap();
    assert_eq!(meters.balance("acts"), 1);
}
