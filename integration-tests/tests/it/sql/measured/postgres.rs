//! PostgreSQL through a measured pool.

#[path = "../code/postgres.rs"]
pub(crate) mod own;
#[path = "../code/service.rs"]
pub(crate) mod service;

pub(crate) use sqlx::{PgConnection as DriverConnection, Postgres as Db};

pub(crate) use crate::sql::dialect::postgres as dialect;

pub(crate) type Pool = kymo::sqlx::MeasuredPool<Db>;
pub(crate) type PoolConnection = kymo::sqlx::MeasuredPoolConnection<Db>;
pub(crate) type Connection<'c> = kymo::sqlx::MeasuredConnection<'c, Db>;
pub(crate) type Transaction<'c> = kymo::sqlx::MeasuredTransaction<'c, Db>;
