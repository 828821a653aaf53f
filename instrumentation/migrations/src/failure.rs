//! Why a migration failed: the closed set of `error.type`.

use kymo_core::OTHER;
use sqlx::migrate::MigrateError;

/// The value of `error.type`, beside `cancelled` and `panic`.
///
/// An error of the database has the names of `db.client.operation.duration`, such as `io`; what sqlx
/// refuses to do has names of its own, such as `dirty`.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every refusal of sqlx's, and what those of the database become.
    #[test]
    fn every_error_is_of_a_closed_set() {
        let lost = || sqlx::Error::Io(std::io::Error::other("secret-17"));
        let errors = [
            (MigrateError::Execute(lost()), "io"),
            (MigrateError::ExecuteMigration(lost(), 17), "io"),
            (MigrateError::Execute(sqlx::Error::PoolTimedOut), "pool_timed_out"),
            (MigrateError::Source("secret-17".into()), "_OTHER"),
            (MigrateError::VersionMissing(17), "version_missing"),
            (MigrateError::VersionMismatch(17), "version_mismatch"),
            (MigrateError::VersionNotPresent(17), "version_not_present"),
            (MigrateError::VersionTooOld(17, 18), "_OTHER"),
            (MigrateError::VersionTooNew(17, 18), "_OTHER"),
            (MigrateError::ForceNotSupported, "_OTHER"),
            (MigrateError::Dirty(17), "dirty"),
            (
                MigrateError::CreateSchemasNotSupported("secret-17".into()),
                "create_schemas_not_supported",
            ),
            (MigrateError::SkipNotSupported(), "skip_not_supported"),
        ];
        let mut values = BTreeSet::new();
        for (error, value) in errors {
            assert_eq!(error_type(&error), value, "{error}");
            assert!(!value.contains("17"));
            values.insert(value);
        }
        assert_eq!(values.len(), 9);
    }
}
