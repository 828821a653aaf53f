//! A service that keeps books: every way of talking to a pool that is common, on any database.
//!
//! It knows its pool by the names of its parent only, and is compiled once per kind of pool.

mod books;
mod connections;
mod errors;
mod generic;
mod migrations;
mod prepared;
mod queries;
mod streams;
mod transactions;

use super::{Connection, Db, DriverConnection, Pool, PoolConnection, Transaction, dialect};
use crate::sql::transcript::Transcript;

type DbRow = <Db as sqlx::Database>::Row;

/// Everything that the service does, on an empty database; it closes the pool.
pub(crate) async fn run(pool: Pool) -> Transcript {
    let mut transcript = run_statements(&pool).await;
    prepared::run(&pool, &mut transcript).await;
    transactions::run(&pool, &mut transcript).await;
    migrations::run(&pool, &mut transcript).await;
    generic::run(&pool, &mut transcript).await;
    connections::run(pool, &mut transcript).await;
    transcript
}

/// Runs only the statements of its own, all of them given to the pool or to what it hands
/// out.
pub(crate) async fn run_statements(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    queries::run(pool, &mut transcript).await;
    streams::run(pool, &mut transcript).await;
    errors::run(pool, &mut transcript).await;
    transcript
}
