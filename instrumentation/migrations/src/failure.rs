//! Why a migration failed: the closed set of `error.type`.

use kymo_core::OTHER;
use sqlx::migrate::MigrateError;

/// The value of `error.type`, beside `cancelled` and `panic`.
///
/// What went wrong in the database has the names of `db.client.operation.duration`; what sqlx refuses
/// to do has its own.
pub(crate) fn error_type(error: &MigrateError) -> &'static str {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            kymo_sqlx::error_type(error)
        }
        MigrateError::Dirty(_) => "dirty",
        MigrateError::VersionMismatch(_) => "version_mismatch",
        MigrateError::VersionMissing(_) => "version_missing",
        MigrateError::VersionNotPresent(_) => "version_not_present",
        MigrateError::SkipNotSupported() => "skip_not_supported",
        MigrateError::CreateSchemasNotSupported(_) => "create_schemas_not_supported",
        _ => OTHER,
    }
}
