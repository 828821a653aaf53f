//! The handles that a program holds instead of sqlx's own: a query goes in here, and down.

pub(crate) mod acquire;
pub(crate) mod borrowed;
pub(crate) mod connection;
pub(crate) mod database_metrics;
pub(crate) mod executor;
pub(crate) mod pool;
pub(crate) mod pool_connection;
pub(crate) mod settings;
pub(crate) mod transaction;
pub(crate) mod weak_pool;
