//! The same schema and the same queries in each SQL.

pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod sqlite;
