//! The state of a database, seen from outside.

use sqlx::{AnyPool, AssertSqlSafe};

use super::place::{Kind, Place};

/// A row of the table of migrations, without its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) version: i64,
    pub(crate) description: String,
    pub(crate) success: bool,
    pub(crate) checksum: Vec<u8>,
}

/// The rows of `table`, in order; none if there is no such table.
pub(crate) async fn rows(pool: &AnyPool, table: &str) -> Vec<Row> {
    let sql = format!(
        "SELECT version, description, CASE WHEN success THEN 1 ELSE 0 END, checksum FROM {table} \
         ORDER BY version"
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await;
    let rows: Vec<(i64, String, i64, Vec<u8>)> = match rows {
        Err(sqlx::Error::Database(_)) => Vec::new(),
        rows => rows.unwrap(),
    };
    let row = |(version, description, success, checksum)| Row {
        version,
        description,
        success: success == 1,
        checksum,
    };
    rows.into_iter().map(row).collect()
}

/// Every column of every table.
pub(crate) async fn schema(place: &Place) -> Vec<(String, String)> {
    let sql = match place.kind {
        Kind::Sqlite => "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
        Kind::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        }
        Kind::MariaDb => {
            "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR) \
             FROM information_schema.columns WHERE table_schema = DATABASE() \
             ORDER BY table_name, ordinal_position"
        }
    };
    let pool = place.pool(1);
    let schema = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
    pool.close().await;
    schema
}
