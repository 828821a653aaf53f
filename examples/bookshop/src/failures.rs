//! `/fail` and `/panic`: what goes wrong, on purpose.

use axum::http::StatusCode;

use crate::problem::Problem;

pub(crate) async fn fail() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this page always fails")
}

/// The connection ends without an answer; every other connection goes on.
pub(crate) async fn panic() -> &'static str {
    panic!("this page always panics")
}
