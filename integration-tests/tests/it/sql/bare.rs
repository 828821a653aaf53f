//! The code as it was before anybody measured it.

pub(crate) mod any;
pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod sqlite;
