//! The shapes on MariaDB.

#[path = "code.rs"]
pub(super) mod code;

use sqlx::{MySql as Db, MySqlConnection as Connection, MySqlPool as Pool};
