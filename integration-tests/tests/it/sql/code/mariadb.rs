//! The acts of the service on MariaDB alone.

use futures_util::{StreamExt, TryStreamExt};
use sqlx::Executor;

use super::{Db, DriverConnection, Pool};
use crate::sql::transcript::Transcript;

/// On an empty database.
pub(crate) async fn run(pool: Pool) -> Transcript {
    let mut transcript = Transcript::default();
    types(&pool, &mut transcript).await;
    procedures(&pool, &mut transcript).await;
    ids(&pool, &mut transcript).await;
    transcript
}

async fn types(pool: &Pool, transcript: &mut Transcript) {
    let schema = "CREATE TABLE types (a TINYINT UNSIGNED, b SMALLINT UNSIGNED, c TINYINT,
        d BIGINT UNSIGNED, e TIMESTAMP NULL, f ENUM ('x', 'y'))";
    pool.execute(schema).await.unwrap();
    let query = sqlx::query("INSERT INTO types VALUES (?, ?, ?, ?, ?, ?)").bind(1_u8).bind(2_u16);
    let query = query.bind(-3_i8).bind(u64::MAX).bind(None::<String>).bind("y");
    transcript.tried("types", query.execute(pool).await);
    let row = sqlx::query_as::<Db, (u8, u16, i8, u64, String)>("SELECT a, b, c, d, f FROM types");
    transcript.tried("and back", row.fetch_one(pool).await);
    let too_much = sqlx::query("INSERT INTO types (a) VALUES (?)").bind(256).execute(pool).await;
    transcript.tried("too much", too_much);
}

/// A call answers more than once.
async fn procedures(pool: &Pool, transcript: &mut Transcript) {
    let procedure = "CREATE PROCEDURE both_of() BEGIN SELECT 1; SELECT 2 UNION SELECT 3; END";
    sqlx::raw_sql(procedure).execute(pool).await.unwrap();
    let rows = sqlx::raw_sql("CALL both_of()").fetch_all(pool).await;
    transcript.tried("a call", rows.map(|rows| rows.len()));
    let results = sqlx::raw_sql("CALL both_of()").fetch_many(pool);
    let results = results.map_ok(|result| result.is_left()).try_collect::<Vec<_>>().await;
    transcript.tried("its answers", results);
    let prepared = sqlx::query("CALL both_of()").fetch_all(pool).await;
    transcript.tried("a prepared call", prepared.map(|rows| rows.len()));
    let mut left = sqlx::raw_sql("CALL both_of()").fetch(pool);
    transcript.note("left after its first", left.next().await.is_some());
}

async fn ids(pool: &Pool, transcript: &mut Transcript) {
    pool.execute("CREATE TABLE ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)").await.unwrap();
    let insert = "INSERT INTO ids (n) VALUES (?) ON DUPLICATE KEY UPDATE n = n + 1";
    let done = sqlx::query(insert).bind(7).execute(pool).await.unwrap();
    transcript.note("an id", (done.last_insert_id(), done.rows_affected()));
    let mut connection = pool.acquire().await.unwrap();
    let driver: &mut DriverConnection = &mut connection;
    let id = sqlx::query_scalar::<_, u64>("SELECT last_insert_id() * 0").fetch_one(driver).await;
    transcript.tried("of this connection", id);
    drop(connection);
    let mut tx = pool.begin().await.unwrap();
    let locked = sqlx::query("SELECT n FROM ids WHERE id = 1 FOR UPDATE").fetch_one(&mut *tx);
    transcript.note("locked", locked.await.is_ok());
    let both = "UPDATE ids SET n = 0; SELECT sleep(0)";
    let both = sqlx::raw_sql(both).execute_many(&mut *tx).try_collect::<Vec<_>>().await;
    transcript.tried("both", both);
    // A schema change commits whatever is open.
    tx.execute("CREATE TABLE unexpected (id INT)").await.unwrap();
    transcript.tried("too late", tx.rollback().await);
    let n = sqlx::query_scalar::<_, i32>("SELECT n FROM ids").fetch_one(pool).await;
    transcript.tried("committed all the same", n);
}
