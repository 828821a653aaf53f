//! The names of sqlx's errors in a repository.

use kymo_repository::ErrorTypes;
use kymo_sqlx::error_type;

/// The names of sqlx's errors in a repository: as in `db.client.operation.duration`, and
/// `row_not_found`. None is expected.
pub const ERRORS: ErrorTypes<kymo_sqlx::Error> = ErrorTypes::new(error_type);
