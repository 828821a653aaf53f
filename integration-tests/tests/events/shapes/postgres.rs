//! The shapes on PostgreSQL.

#[path = "code.rs"]
pub(super) mod code;

use sqlx::{PgConnection as Connection, PgPool as Pool, Postgres as Db};
