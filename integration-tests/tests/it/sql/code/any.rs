//! A pool that learns at run time which database it has.

use sqlx::{Any, AnyConnection, Executor, Row, error::DatabaseError};

use super::{Pool, Transaction};
use crate::sql::transcript::Transcript;

/// On an empty database.
pub(crate) async fn run(pool: Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let schema = "CREATE TABLE books (id BIGINT PRIMARY KEY, title VARCHAR(100))";
    pool.execute(schema).await.unwrap();
    let added = pool.execute("INSERT INTO books (id, title) VALUES (1, 'Dune')").await.unwrap();
    transcript.note("added", (added.rows_affected(), added.last_insert_id()));
    let title = sqlx::query_scalar::<_, String>("SELECT title FROM books").fetch_one(&pool).await;
    transcript.tried("title", title);
    let row = sqlx::query("SELECT id, title FROM books").fetch_one(&pool).await.unwrap();
    transcript.note("row", (row.get::<i64, _>(0), row.get::<String, _>("title")));
    let mut tx = pool.begin().await.unwrap();
    transcript.tried("removed", remove(&mut tx).await);
    transcript.tried("rolled back", tx.rollback().await);
    let mut connection = pool.acquire().await.unwrap();
    transcript.tried("left", count(&mut *connection).await);
    let driver: &mut AnyConnection = &mut connection;
    transcript.note("a driver", driver.backend_name());
    drop(connection);
    let again = pool.execute("INSERT INTO books (id, title) VALUES (1, 'again')").await;
    let told = again.as_ref().unwrap_err().as_database_error().map(DatabaseError::kind);
    transcript.note("twice", told);
    transcript.tried("twice, in full", again.map(|done| done.rows_affected()));
    transcript.tried("nonsense", pool.execute("SELEC").await.map(|done| done.rows_affected()));
    transcript
}

async fn remove(tx: &mut Transaction<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query("DELETE FROM books").execute(&mut **tx).await?.rows_affected())
}

async fn count<'e>(executor: impl Executor<'e, Database = Any>) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(executor).await
}
