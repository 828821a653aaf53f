//! The books, by functions of every shape that services have.

use futures_util::TryStreamExt as _;
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, QueryBuilder, Result, Transaction};

/// Of the bare pool.
pub(crate) async fn create(pool: &PgPool) -> Result<()> {
    let table = "CREATE TABLE books (title TEXT PRIMARY KEY, sold INT8 NOT NULL DEFAULT 0)";
    sqlx::raw_sql(table).execute(pool).await.map(drop)
}

/// A query that is built.
pub(crate) async fn add(pool: &PgPool, titles: &[&str]) -> Result<()> {
    let mut insert = QueryBuilder::<Postgres>::new("INSERT INTO books (title) ");
    insert.push_values(titles, |mut row, title| {
        row.push_bind((*title).to_owned());
    });
    insert.build().execute(pool).await.map(drop)
}

/// One value.
pub(crate) async fn count(pool: &PgPool) -> Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(pool).await
}

/// A stream.
pub(crate) async fn titles(pool: &PgPool) -> Result<Vec<String>> {
    sqlx::query_scalar("SELECT title FROM books ORDER BY title").fetch(pool).try_collect().await
}

/// Of a connection.
pub(crate) async fn find(connection: &mut PgConnection, title: &str) -> Result<Option<i64>> {
    let sold = sqlx::query_scalar("SELECT sold FROM books WHERE title = $1").bind(title);
    sold.fetch_optional(connection).await
}

/// Of a transaction.
pub(crate) async fn sell(transaction: &mut Transaction<'_, Postgres>, title: &str) -> Result<u64> {
    let sale = sqlx::query("UPDATE books SET sold = sold + 1 WHERE title = $1").bind(title);
    Ok(sale.execute(&mut **transaction).await?.rows_affected())
}

/// Of whatever executes.
pub(crate) async fn remove(executor: impl PgExecutor<'_>, title: &str) -> Result<u64> {
    let removal = sqlx::query("DELETE FROM books WHERE title = $1").bind(title);
    Ok(removal.execute(executor).await?.rows_affected())
}
