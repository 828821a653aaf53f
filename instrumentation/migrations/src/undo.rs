//! The way back, migration by migration.

use std::collections::HashSet;

use sqlx::migrate::{Migrate, MigrateError, Migrator};

/// As [`Migrator::undo`], which takes nothing but a pool or a driver's own connection, and so can be
/// made to observe nothing: by the same steps of the same trait, in the same order.
pub(crate) async fn undo<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
    target: i64,
) -> Result<(), MigrateError> {
    if migrator.locking {
        connection.lock().await?;
    }
    connection.ensure_migrations_table(&migrator.table_name).await?;
    if let Some(version) = connection.dirty_version(&migrator.table_name).await? {
        return Err(MigrateError::Dirty(version));
    }
    let applied = connection.list_applied_migrations(&migrator.table_name).await?;
    let known: HashSet<_> = migrator.iter().map(|migration| migration.version).collect();
    let unknown = applied.iter().find(|applied| !known.contains(&applied.version));
    if let Some(unknown) = unknown.filter(|_| !migrator.ignore_missing) {
        return Err(MigrateError::VersionMissing(unknown.version));
    }
    let applied: HashSet<_> = applied.into_iter().map(|applied| applied.version).collect();
    let backwards = migrator.iter().rev().filter(|migration| {
        migration.migration_type.is_down_migration()
            && applied.contains(&migration.version)
            && migration.version > target
    });
    for migration in backwards {
        connection.revert(&migrator.table_name, migration).await?;
    }
    if migrator.locking {
        connection.unlock().await?;
    }
    Ok(())
}
