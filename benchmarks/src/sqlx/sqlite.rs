//! SQLite in memory, with the tables of the workloads.

use paths::sqlx::MANY;
use sqlx::{Executor, SqlitePool, sqlite::SqlitePoolOptions};

/// A pool of one connection: each connection would have a database of its own.
pub async fn pool() -> sqlx::Result<SqlitePool> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    pool.execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL)").await?;
    pool.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, book INTEGER NOT NULL)").await?;
    for _ in 0..MANY {
        pool.execute("INSERT INTO books (title) VALUES ('Dune')").await?;
    }
    Ok(pool)
}
