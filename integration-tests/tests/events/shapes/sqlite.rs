//! The shapes on SQLite.

#[path = "code.rs"]
pub(super) mod code;

use sqlx::{Sqlite as Db, SqliteConnection as Connection, SqlitePool as Pool};
