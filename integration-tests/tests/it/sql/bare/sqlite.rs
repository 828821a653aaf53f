//! SQLite through a pool of sqlx.

#[path = "../code/busy.rs"]
pub(crate) mod busy;
#[path = "../code/deferred.rs"]
pub(crate) mod deferred;
#[path = "../code/faults.rs"]
pub(crate) mod faults;
#[path = "../code/sqlite.rs"]
pub(crate) mod own;
#[path = "../code/service.rs"]
pub(crate) mod service;

pub(crate) use sqlx::{Sqlite as Db, SqliteConnection as DriverConnection};

pub(crate) use crate::sql::dialect::sqlite as dialect;

pub(crate) type Pool = sqlx::Pool<Db>;
pub(crate) type PoolConnection = sqlx::pool::PoolConnection<Db>;
pub(crate) type Connection<'c> = DriverConnection;
pub(crate) type Transaction<'c> = sqlx::Transaction<'c, Db>;
