//! `/ready`: whether requests may be sent here.

use axum::{extract::State, http::StatusCode};
use kymo::migrations::MigrationStatus;

use crate::problem::Problem;

/// As long as a table is missing, every request would fail.
pub(crate) async fn ready(State(schema): State<MigrationStatus>) -> Result<StatusCode, Problem> {
    if schema.is_ready() {
        Ok(StatusCode::NO_CONTENT)
    } else {
        let message = "the database has not all the tables that this version needs";
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, message))
    }
}
