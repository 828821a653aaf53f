//! The answer to a request that cannot be answered as asked.

use std::sync::Arc;

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A status and a sentence, sent as `{"message": …}`.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn no_book(id: i64) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no book {id}"))
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            message: String,
        }
        (self.status, Json(Body { message: self.message })).into_response()
    }
}

/// JSON that is wrong in itself is 422, malformed or mistyped alike; a missing
/// `content-type` and a body that is too large keep their own status.
impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let status = match &rejection {
            JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            other => other.status(),
        };
        Self::new(status, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::unprocessable(rejection.body_text())
    }
}

/// An id that is no number names no book.
impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::NOT_FOUND, rejection.body_text())
    }
}

/// The client learns that it was not at fault; the cause goes to the log.
impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Arc::new(error).into()
    }
}

/// As of one who waited for what another asked for.
impl From<Arc<sqlx::Error>> for Problem {
    fn from(error: Arc<sqlx::Error>) -> Self {
        tracing::error!(%error, "the database did not answer");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the books cannot be reached just now")
    }
}
