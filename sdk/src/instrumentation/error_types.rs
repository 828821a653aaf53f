//! What errors of sqlx are called where a repository has them.

use kymo_repository::ErrorTypes;
use kymo_sqlx::error_type;

/// What sqlx's errors are called in a repository: as in `db.client.operation.duration`, and
/// `row_not_found`. None is expected.
pub const ERRORS: ErrorTypes<kymo_sqlx::Error> = ErrorTypes::new(error_type);
