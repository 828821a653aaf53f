//! `/authors`.

use axum::{extract::State, response::IntoResponse};
use serde::Serialize;

use crate::{problem::Problem, store::Books};

/// An author, and how many books there are of theirs.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Author {
    author: String,
    books: i64,
}

pub(crate) async fn list(State(books): State<Books>) -> Result<impl IntoResponse, Problem> {
    Ok(axum::Json(books.authors().await?))
}
