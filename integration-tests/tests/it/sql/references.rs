//! Tables and names as only one server writes them, held against what that server has changed.

use kymo::{sqlx::MeasuredPool, testing::TestTelemetry};
use sqlx::{AssertSqlSafe, Executor, MySql, Postgres, raw_sql};

use super::empty_database::EmptyDatabase;

const CHANGED: &str = "kymo.db.rows.changed";

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_two_tables_are_counted_for_none_whatever_stands_behind_the_first() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::mariadb().await;
    let pool: MeasuredPool<MySql> = telemetry.sqlx(super::pool(&fresh, 1));
    let schema = "CREATE TABLE a (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 2;
        CREATE TABLE b (id INT PRIMARY KEY, v INT); CREATE TABLE c (id INT, v INT)
        WITH SYSTEM VERSIONING;";
    pool.execute(raw_sql(schema)).await.unwrap();
    let rows = "INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 1), (2, 2)";
    pool.execute(raw_sql(rows)).await.unwrap();
    let references = [
        "a IGNORE INDEX FOR JOIN (PRIMARY), b",
        "a USE KEY FOR ORDER BY (PRIMARY), b",
        "a FORCE INDEX FOR GROUP BY (PRIMARY), b",
        "a USE INDEX () IGNORE INDEX FOR JOIN (PRIMARY), b",
        "a PARTITION (p0, p1), b",
        "a PARTITION (p0, p1) AS x, b",
    ];
    for (n, references) in references.into_iter().enumerate() {
        let (n, first) = (n + 10, if references.contains(" x") { "x" } else { "a" });
        let update =
            format!("UPDATE {references} SET {first}.v = {n}, b.v = {n} WHERE {first}.id = b.id");
        let done = pool.execute(AssertSqlSafe(update)).await.unwrap();
        assert_eq!(done.rows_affected(), 4, "{references}");
    }
    let history = "INSERT INTO c SELECT b.id, b.v FROM c FOR SYSTEM_TIME ALL RIGHT JOIN b ON 1";
    assert_eq!(pool.execute(history).await.unwrap().rows_affected(), 2);
    let history = "INSERT INTO c SELECT b.id, b.v FROM c FOR SYSTEM_TIME AS OF NOW(6), b LIMIT 1";
    assert_eq!(pool.execute(history).await.unwrap().rows_affected(), 1);
    let snapshot = telemetry.snapshot();
    assert!(snapshot.counter(CHANGED).try_value().is_none_or(|rows| rows.agrees(0)), "{snapshot}");

    let one = "UPDATE a FORCE INDEX FOR ORDER BY (PRIMARY) SET v = 1 ORDER BY id, v";
    assert_eq!(pool.execute(one).await.unwrap().rows_affected(), 2);
    let own = "INSERT INTO c SELECT id, v FROM c FOR SYSTEM_TIME ALL";
    assert_eq!(pool.execute(own).await.unwrap().rows_affected(), 3);
    of_table(&telemetry, "a", 2);
    of_table(&telemetry, "c", 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_takes_a_name_that_begins_with_a_digit() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::mariadb().await;
    let pool: MeasuredPool<MySql> = telemetry.sqlx(super::pool(&fresh, 1));
    for table in ["2024_sales", "1e", "1ex", "0xg", "0X1F", "0b12", "7_"] {
        pool.execute(AssertSqlSafe(format!("CREATE TABLE {table} (n INT)"))).await.unwrap();
        pool.execute(AssertSqlSafe(format!("INSERT INTO {table} VALUES (1)"))).await.unwrap();
        of_table(&telemetry, table, 1);
    }
    for number in ["12", "1e5", "1e5x", "0x1f", "0b01", "1.5"] {
        let insert = format!("INSERT INTO {number} VALUES (1)");
        pool.execute(AssertSqlSafe(insert)).await.unwrap_err();
    }
    pool.execute("CREATE TABLE `2024` (n INT)").await.unwrap();
    let insert = format!("INSERT INTO {}.2024 VALUES (1), (2)", fresh.name);
    pool.execute(AssertSqlSafe(insert)).await.unwrap();
    of_table(&telemetry, &format!("{}.2024", fresh.name), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_refuses_shows_nothing_of_a_value() {
    let telemetry = TestTelemetry::new();
    let fresh = EmptyDatabase::postgres().await;
    let pool: MeasuredPool<Postgres> = telemetry.sqlx(super::pool(&fresh, 1));
    let refused = "SELECT * FROM \"users WHERE password = 'hunter2'";
    pool.execute(refused).await.unwrap_err();
    let snapshot = telemetry.snapshot();
    assert!(!snapshot.to_string().contains("hunter2"), "{snapshot}");
    let duration = snapshot.histogram("db.client.operation.duration");
    duration.with("db.query.summary", "SELECT").assert_count(1);
}

#[track_caller]
fn of_table(telemetry: &TestTelemetry, table: &str, rows: u64) {
    let snapshot = telemetry.snapshot();
    let seen = snapshot.counter(CHANGED).with("db.collection.name", table.to_owned()).value();
    assert!(seen.agrees(rows), "{table}: {seen}, not {rows}\n{snapshot}");
}
