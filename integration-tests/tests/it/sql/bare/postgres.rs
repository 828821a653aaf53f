//! PostgreSQL through a pool of sqlx.

#[path = "../code/postgres.rs"]
pub(crate) mod own;
#[path = "../code/service.rs"]
pub(crate) mod service;

pub(crate) use sqlx::{PgConnection as DriverConnection, Postgres as Db};

pub(crate) use crate::sql::dialect::postgres as dialect;

pub(crate) type Pool = sqlx::Pool<Db>;
pub(crate) type PoolConnection = sqlx::pool::PoolConnection<Db>;
pub(crate) type Connection<'c> = DriverConnection;
pub(crate) type Transaction<'c> = sqlx::Transaction<'c, Db>;
