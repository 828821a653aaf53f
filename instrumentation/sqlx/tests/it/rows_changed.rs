//! Changed rows are counted when they are changed for good: not before, not twice, not otherwise.

use std::{future::Future, pin::Pin};

use futures_util::{StreamExt, TryStreamExt};
use kymo_sqlx::{MeasuredConnection, MeasuredPool, pool_options};
use proptest::prelude::*;
use sqlx::{
    AssertSqlSafe, Executor, Row, Sqlite, SqlitePool, query, query_scalar,
    sqlite::SqlitePoolOptions,
};

use crate::database_meters::{DatabaseMeters, ROWS_CHANGED, file_options};

#[tokio::test]
async fn rows_outside_a_transaction_are_counted_at_once() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query("INSERT INTO books (title) VALUES ('a'), ('b')").execute(&pool).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    query("INSERT INTO books (title) VALUES ('c')").execute(&mut *connection).await.unwrap();
    assert_eq!(meters.balance("books"), 3);
    query("UPDATE books SET title = 'z' WHERE id = 2").execute(&mut *connection).await.unwrap();
    query("DELETE FROM books WHERE id > 1").execute(&mut *connection).await.unwrap();
    query("DELETE FROM books WHERE id > 1").execute(&mut *connection).await.unwrap();
    let by = |operation| meters.count(ROWS_CHANGED, &[("db.operation.name", operation)]);
    assert_eq!((by("INSERT"), by("UPDATE"), by("DELETE")), (3, 1, 2));
}

#[tokio::test]
async fn rows_that_an_insert_gives_back_are_counted_however_they_are_fetched() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    let insert = "INSERT INTO books (title) VALUES (random()), (random()) RETURNING id";
    query(insert).fetch_one(&mut *connection).await.unwrap();
    query(insert).fetch_optional(&mut *connection).await.unwrap().unwrap();
    assert_eq!(query(insert).fetch_all(&mut *connection).await.unwrap().len(), 2);
    let rows: Vec<_> = query(insert).fetch(&mut *connection).try_collect().await.unwrap();
    assert_eq!(rows.len(), 2);
    drop(connection);
    let id: i64 = query(insert).fetch_one(&pool).await.unwrap().get(0);
    assert_eq!(id, 9, "the first of the two");
    assert_eq!(meters.balance("books"), 10);
    assert_eq!(count(pool.inner(), "books").await, 10);
}

#[tokio::test]
async fn rows_of_a_statement_that_fails_are_not_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query("INSERT INTO acts VALUES (2), (1)").execute(&pool).await.unwrap_err();
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO acts VALUES (3)").execute(&mut *transaction).await.unwrap();
    query("INSERT INTO acts VALUES (4), (1)").execute(&mut *transaction).await.unwrap_err();
    assert_eq!(meters.balance("acts"), 0);
    transaction.commit().await.unwrap();
    assert_eq!(meters.balance("acts"), 1);
    assert_eq!(count(pool.inner(), "acts").await, 2);
}

#[tokio::test]
async fn rows_of_a_transaction_are_counted_when_it_is_committed_and_not_before() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    for end in 0..3 {
        let mut transaction = pool.begin().await.unwrap();
        query("INSERT INTO acts VALUES (NULL)").execute(&mut *transaction).await.unwrap();
        assert_eq!(meters.balance("acts"), 0);
        match end {
            0 => transaction.rollback().await.unwrap(),
            1 => drop(transaction),
            _ => transaction.commit().await.unwrap(),
        }
    }
    assert_eq!(meters.balance("acts"), 1);
}

/// SQLite skips U+FEFF wherever a word may begin, also before what begins and ends a transaction.
#[tokio::test]
async fn rows_behind_a_byte_order_mark_are_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query("\u{feff}INSERT INTO books (title) VALUES ('a')").execute(&pool).await.unwrap();
    assert_eq!(meters.balance("books"), 1);
    let mut connection = pool.acquire().await.unwrap();
    query("\u{feff}BEGIN").execute(&mut *connection).await.unwrap();
    query("INSERT INTO \u{feff}books (title) VALUES ('b')")
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(meters.balance("books"), 1, "not committed yet");
    query("\u{feff}\x0cROLLBACK").execute(&mut *connection).await.unwrap();
    query("INSERT INTO books (title) VALUES ('c')").execute(&mut *connection).await.unwrap();
    drop(connection);
    assert_eq!(meters.balance("books"), 2);
    assert_eq!(count(pool.inner(), "books").await, 2);
}

#[tokio::test]
async fn rows_that_nobody_waited_to_hear_of_are_not_counted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    let insert = "INSERT INTO books (title) VALUES ('a'), ('b') RETURNING id";
    let mut rows = query(insert).fetch(&mut *connection);
    rows.next().await.unwrap().unwrap();
    drop(rows);
    assert_eq!(meters.balance("books"), 0);
}

/// One step of a program with the tables `a` and `b`.
#[derive(Debug, Clone)]
enum Step {
    Insert {
        table: usize,
        rows: i64,
    },
    InsertReturning {
        table: usize,
        rows: i64,
    },
    Update {
        table: usize,
    },
    Delete {
        table: usize,
        rows: i64,
    },
    /// An insert whose last row violates a constraint.
    Violate {
        table: usize,
    },
    /// A transaction of sqlx, or a savepoint inside one.
    Transaction {
        steps: Vec<Step>,
        end: End,
    },
    /// A transaction, or a savepoint inside one, that the program writes itself.
    ByHand {
        steps: Vec<Step>,
        end: End,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Commit,
    Rollback,
    Drop,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_was_inserted_less_what_was_deleted_is_what_another_connection_sees(
        on_pool in proptest::collection::vec(statement(), 0..4),
        steps in proptest::collection::vec(step(), 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let meters = DatabaseMeters::new();
            let pool = measured(&meters, &folder).await;
            for step in &on_pool {
                statement_on(&pool, step).await;
            }
            let mut connection = pool.acquire().await.unwrap();
            for step in &steps {
                run(&mut connection, step, Depth::default()).await;
            }
            drop(connection);
            pool.close().await;
            let other = SqlitePoolOptions::new().connect_with(file_options(&folder)).await.unwrap();
            for table in ["a", "b"] {
                prop_assert_eq!(meters.balance(table), count(&other, table).await, "{}", table);
            }
            Ok(())
        })?;
    }
}

/// How deep a program is in transactions: of sqlx's, and of its own.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    sqlx: usize,
    by_hand: usize,
}

fn run<'a>(
    connection: &'a mut MeasuredConnection<'_, Sqlite>,
    step: &'a Step,
    depth: Depth,
) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
    Box::pin(async move {
        match step {
            // sqlx does not know of a transaction by hand, and would begin another one in it.
            Step::Transaction { steps, end } if depth.sqlx > 0 || depth.by_hand == 0 => {
                let mut transaction = connection.begin().await.unwrap();
                for step in steps {
                    run(&mut transaction, step, Depth { sqlx: depth.sqlx + 1, ..depth }).await;
                }
                match end {
                    End::Commit => transaction.commit().await.unwrap(),
                    End::Rollback => transaction.rollback().await.unwrap(),
                    End::Drop => drop(transaction),
                }
            }
            Step::Transaction { steps, end } | Step::ByHand { steps, end } => {
                let is_inside = depth.sqlx + depth.by_hand > 0;
                let begin = if is_inside { "SAVEPOINT mine" } else { "BEGIN IMMEDIATE" };
                connection.execute(begin).await.unwrap();
                for step in steps {
                    run(connection, step, Depth { by_hand: depth.by_hand + 1, ..depth }).await;
                }
                if is_inside && *end != End::Commit {
                    connection.execute("ROLLBACK TO mine").await.unwrap();
                }
                let end = match end {
                    _ if is_inside => "RELEASE mine",
                    End::Commit => "COMMIT",
                    _ => "ROLLBACK",
                };
                connection.execute(end).await.unwrap();
            }
            statement => statement_on(connection, statement).await,
        }
    })
}

async fn statement_on<'e>(executor: impl Executor<'e, Database = Sqlite>, step: &Step) {
    let name = |table: &usize| ["a", "b"][*table];
    let values = |rows: &i64| vec!["(NULL)"; usize::try_from(*rows).unwrap()].join(", ");
    match step {
        Step::Insert { table, rows } => {
            let sql = format!("INSERT INTO {} VALUES {}", name(table), values(rows));
            query(AssertSqlSafe(sql)).execute(executor).await.unwrap();
        }
        Step::InsertReturning { table, rows } => {
            let sql = format!("INSERT INTO {} VALUES {} RETURNING n", name(table), values(rows));
            query(AssertSqlSafe(sql)).fetch_one(executor).await.unwrap();
        }
        Step::Update { table } => {
            let sql = format!("UPDATE {} SET n = n + 1000000 WHERE n < 2", name(table));
            // Fails where the second row would take the place of the first.
            let _ = query(AssertSqlSafe(sql)).execute(executor).await;
        }
        Step::Delete { table, rows } => {
            let sql = format!("DELETE FROM {} WHERE n % 5 < {rows}", name(table));
            query(AssertSqlSafe(sql)).execute(executor).await.unwrap();
        }
        Step::Violate { table } => {
            let sql = format!("INSERT INTO {} VALUES (NULL), (-1), (-1)", name(table));
            query(AssertSqlSafe(sql)).execute(executor).await.unwrap_err();
        }
        Step::Transaction { .. } | Step::ByHand { .. } => unreachable!("no statement"),
    }
}

fn statement() -> impl Strategy<Value = Step> {
    let table = 0..2_usize;
    prop_oneof![
        3 => (table.clone(), 1..5_i64).prop_map(|(table, rows)| Step::Insert { table, rows }),
        1 => (table.clone(), 1..5_i64).prop_map(|(table, rows)| Step::InsertReturning { table, rows }),
        1 => table.clone().prop_map(|table| Step::Update { table }),
        2 => (table.clone(), 0..5_i64).prop_map(|(table, rows)| Step::Delete { table, rows }),
        1 => table.prop_map(|table| Step::Violate { table }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    statement().prop_recursive(3, 24, 5, |step| {
        let ends = proptest::sample::select(&[End::Commit, End::Rollback, End::Drop][..]);
        let steps = proptest::collection::vec(step, 0..5);
        prop_oneof![
            (steps.clone(), ends.clone()).prop_map(|(steps, end)| Step::Transaction { steps, end }),
            (steps, ends).prop_map(|(steps, end)| Step::ByHand { steps, end }),
        ]
    })
}

async fn measured(meters: &DatabaseMeters, folder: &tempfile::TempDir) -> MeasuredPool<Sqlite> {
    let options = pool_options::<Sqlite>().max_connections(1);
    let pool = options.connect_with(file_options(folder)).await.unwrap();
    for table in ["a", "b"] {
        let sql = format!("CREATE TABLE {table} (n INTEGER PRIMARY KEY)");
        query(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    meters.metrics.pool(pool)
}

async fn count(pool: &SqlitePool, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}
