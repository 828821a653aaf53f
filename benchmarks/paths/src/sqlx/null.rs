//! A database that has every answer ready: what is left is what surrounds a driver.

mod connection;
mod nothing;
mod row;

use sqlx::{Database, Pool, pool::PoolOptions};

use connection::{NullConnection, NullOptions, NullTransactions};
use nothing::Nothing;
use row::{Changed, Row};

/// It is nowhere.
#[derive(Debug)]
pub struct Null;

impl Database for Null {
    type Connection = NullConnection;
    type TransactionManager = NullTransactions;
    type Row = Row;
    type QueryResult = Changed;
    type Column = Nothing;
    type TypeInfo = Nothing;
    type Value = Nothing;
    type ValueRef<'r> = Nothing;
    type Arguments = nothing::Arguments;
    type ArgumentBuffer = ();
    type Statement = Nothing;
    const NAME: &'static str = "Null";
    const URL_SCHEMES: &'static [&'static str] = &["null"];
}

/// A pool of one connection; to be called inside a runtime.
pub fn pool() -> Pool<Null> {
    PoolOptions::new().max_connections(1).connect_lazy_with(NullOptions::default())
}

/// A pool as [`pool`], whose statements are told of by events.
pub fn logged_pool() -> Pool<Null> {
    PoolOptions::new().max_connections(1).connect_lazy_with(NullOptions { is_logged: true })
}
