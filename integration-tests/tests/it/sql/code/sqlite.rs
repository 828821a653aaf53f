//! The acts of the service on SQLite alone.

use super::{Db, DriverConnection, Pool, Transaction};
use crate::sql::transcript::Transcript;

/// On an empty database.
pub(crate) async fn run(pool: Pool) -> Transcript {
    let mut transcript = Transcript::default();
    // The driver of MySQL waits for ever after this.
    let missing = sqlx::query("SELECT $1 + $2").bind(1_i64).fetch_all(&pool).await;
    transcript.tried("too few binds", missing.map(|rows| rows.len()));
    let surplus = sqlx::query("SELECT $1 + 1").bind(1).bind(2).fetch_all(&pool).await;
    transcript.tried("too many binds", surplus.map(|rows| rows.len()));
    checked(&pool, &mut transcript).await;
    types(&pool, &mut transcript).await;
    handles(&pool, &mut transcript).await;
    transcript
}

/// Checked by the compiler against what `.sqlx` keeps.
async fn checked(pool: &Pool, transcript: &mut Transcript) {
    struct Author {
        id: i64,
        name: String,
    }

    let schema = "CREATE TABLE authors (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL)";
    sqlx::query(schema).execute(pool).await.unwrap();
    let name = "Herbert";
    let added = sqlx::query!("INSERT INTO authors (name) VALUES ($1)", name).execute(pool).await;
    transcript.tried("checked insert", added);
    let row = sqlx::query!("SELECT id, name FROM authors").fetch_one(pool).await;
    transcript.tried("checked row", row.map(|row| (row.id, row.name)));
    let all = sqlx::query_as!(Author, "SELECT id, name FROM authors WHERE id > $1", 0);
    let all = all.fetch_all(pool).await.unwrap();
    let all = all.into_iter().map(|author| (author.id, author.name)).collect::<Vec<_>>();
    transcript.note("checked structs", all);
    let mut connection = pool.acquire().await.unwrap();
    let count = sqlx::query_scalar!("SELECT count(*) FROM authors").fetch_one(&mut *connection);
    transcript.tried("checked scalar", count.await);
    drop(connection);
    let mut tx = pool.begin().await.unwrap();
    transcript.tried("checked in a transaction", authors(&mut tx).await);
    tx.rollback().await.unwrap();
    let none = sqlx::query!("SELECT name FROM authors WHERE id = $1", 99).fetch_optional(pool);
    transcript.note("checked nothing", none.await.unwrap().is_none());
}

async fn authors(tx: &mut Transaction<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("UPDATE authors SET name = upper(name)").execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

async fn types(pool: &Pool, transcript: &mut Transcript) {
    type Row = (u8, u16, i8, u32, bool, Option<i64>, Vec<u8>, String);
    let text = "SELECT $1, $2, $3, $4, $5, $6, $7, $8";
    let query = sqlx::query_as::<Db, Row>(text).bind(1_u8).bind(2_u16).bind(-3_i8).bind(4_u32);
    let query = query.bind(true).bind(None::<i64>).bind(&b"\x00\xff"[..]).bind("eight");
    transcript.tried("types", query.fetch_one(pool).await);
}

async fn handles(pool: &Pool, transcript: &mut Transcript) {
    let mut connection = pool.acquire().await.unwrap();
    let driver: &mut DriverConnection = &mut connection;
    let mut handle = driver.lock_handle().await.unwrap();
    handle.set_rollback_hook(|| {});
    transcript.note("no error", handle.last_error().is_none());
    drop(handle);
    // In one prepared statement, which no other database allows.
    let rows = sqlx::query("SELECT 1; SELECT 2").fetch_all(&mut *connection).await;
    transcript.tried("two in one", rows.map(|rows| rows.len()));
}
