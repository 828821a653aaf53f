//! PostgreSQL through a pool of sqlx.

#[path = "../code/deadlock.rs"]
pub(crate) mod deadlock;
#[path = "../code/deferred.rs"]
pub(crate) mod deferred;
#[path = "../code/faults.rs"]
pub(crate) mod faults;
#[path = "../code/locks.rs"]
pub(crate) mod locks;
#[path = "../code/outages.rs"]
pub(crate) mod outages;
#[path = "../code/postgres.rs"]
pub(crate) mod own;
#[path = "../code/serial.rs"]
pub(crate) mod serial;
#[path = "../code/service.rs"]
pub(crate) mod service;

pub(crate) use sqlx::{PgConnection as DriverConnection, Postgres as Db};

pub(crate) use crate::sql::dialect::postgres as dialect;

pub(crate) type Pool = sqlx::Pool<Db>;
pub(crate) type PoolConnection = sqlx::pool::PoolConnection<Db>;
pub(crate) type Connection<'c> = DriverConnection;
pub(crate) type Transaction<'c> = sqlx::Transaction<'c, Db>;
