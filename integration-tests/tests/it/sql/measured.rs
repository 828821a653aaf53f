//! The same code, given a measured pool.

pub(crate) mod any;
pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod sqlite;
