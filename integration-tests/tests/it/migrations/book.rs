//! Sets of migrations.

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migration that makes a table called as its version, and can be undone.
pub(crate) fn table(version: i64) -> Vec<Migration> {
    reversible(
        version,
        &format!("CREATE TABLE book_{version} (id INT)"),
        &format!("DROP TABLE book_{version}"),
    )
}

/// The way up, and the way down.
pub(crate) fn reversible(version: i64, up: &str, down: &str) -> Vec<Migration> {
    vec![
        migration(version, MigrationType::ReversibleUp, up),
        migration(version, MigrationType::ReversibleDown, down),
    ]
}

/// One that cannot be undone.
pub(crate) fn simple(version: i64, sql: &str) -> Vec<Migration> {
    vec![migration(version, MigrationType::Simple, sql)]
}

/// Makes a table, and fails then.
pub(crate) fn broken(version: i64) -> Vec<Migration> {
    simple(version, &format!("CREATE TABLE book_{version} (id INT); SELECT * FROM no_such_table"))
}

/// All of them.
pub(crate) fn set(migrations: impl IntoIterator<Item = Vec<Migration>>) -> Migrator {
    Migrator::with_migrations(migrations.into_iter().flatten().collect())
}

/// Those that make tables, of these versions.
pub(crate) fn tables(versions: impl IntoIterator<Item = i64>) -> Migrator {
    set(versions.into_iter().map(table))
}

fn migration(version: i64, kind: MigrationType, sql: &str) -> Migration {
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    Migration::new(version, format!("book {version}").into(), kind, sql, false)
}
