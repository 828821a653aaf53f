//! MariaDB through a measured pool.

#[path = "../code/deadlock.rs"]
pub(crate) mod deadlock;
#[path = "../code/faults.rs"]
pub(crate) mod faults;
#[path = "../code/locks.rs"]
pub(crate) mod locks;
#[path = "../code/outages.rs"]
pub(crate) mod outages;
#[path = "../code/mariadb.rs"]
pub(crate) mod own;
#[path = "../code/service.rs"]
pub(crate) mod service;

pub(crate) use sqlx::{MySql as Db, MySqlConnection as DriverConnection};

pub(crate) use crate::sql::dialect::mariadb as dialect;

pub(crate) type Pool = kymo::sqlx::MeasuredPool<Db>;
pub(crate) type PoolConnection = kymo::sqlx::MeasuredPoolConnection<Db>;
pub(crate) type Connection<'c> = kymo::sqlx::MeasuredConnection<'c, Db>;
pub(crate) type Transaction<'c> = kymo::sqlx::MeasuredTransaction<'c, Db>;
