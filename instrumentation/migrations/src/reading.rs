//! Reads what the database says of its migrations, and changes nothing in it.

use sqlx::{
    Database, Pool,
    migrate::{Migrate, MigrateError},
};

use crate::{claimed::claimed, counts::Recorded};

/// Reads the table of migrations, `table`; one that is not there holds nothing.
///
/// The connection is back in the pool when this is over: nothing goes on in a task of its own, which a
/// database that hangs would hold up beside the next reading.
pub(crate) async fn read<DB>(pool: &Pool<DB>, table: &str) -> Result<Recorded, MigrateError>
where
    DB: Database,
    DB::Connection: Migrate,
{
    let mut connection = pool.acquire().await?;
    let recorded = claimed::<DB, _>(recorded(&mut *connection, table)).await;
    // Hidden; it does what dropping the connection does, here and now.
    connection.return_to_pool().await;
    recorded
}

async fn recorded<C: Migrate>(connection: &mut C, table: &str) -> Result<Recorded, MigrateError> {
    let all = match connection.list_applied_migrations(table).await {
        Err(MigrateError::Execute(error)) if is_missing_table(&error) => {
            return Ok(Recorded::default());
        }
        all => all?,
    };
    let failed = connection.list_applied_migrations(&failed(table)).await?;
    Ok(Recorded { all, failed: failed.into_iter().map(|one| one.version).collect() })
}

/// In place of the table, its rows that did not succeed.
///
/// sqlx puts what it is given as the table's name into its statement, and asks by itself for no more
/// than one row that failed. To ask for them all in a statement of ours would need the driver's types.
fn failed(table: &str) -> String {
    format!("(SELECT version, checksum FROM {table} WHERE success = FALSE) AS failed")
}

/// Whether the database has no such table: nothing was ever migrated.
fn is_missing_table(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| match error.code().as_deref() {
        // SQLSTATE of PostgreSQL and of MySQL.
        Some("42P01" | "42S02") => true,
        _ => error.message().starts_with("no such table: "),
    })
}
