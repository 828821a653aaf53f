//! `/books` and `/books/{id}`.

use axum::{
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};

use crate::{
    cache::BookCache,
    problem::Problem,
    request::{Json, Path},
    store::Books,
};

/// The longest title or author, in characters.
const LONGEST: usize = 500;

/// A book as the shop keeps it.
#[derive(Clone, Debug, Deserialize, Serialize, sqlx::FromRow)]
pub(crate) struct Book {
    pub(crate) id: i64,
    /// Copies that can be ordered.
    pub(crate) stock: u32,
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub(crate) draft: Draft,
}

/// A book as a client sends it; anything else in the JSON, an id included, is ignored.
#[derive(Clone, Debug, Deserialize, Serialize, sqlx::FromRow)]
#[serde(expecting = "an object with a title and an author")]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) author: String,
}

impl Draft {
    fn check(&self) -> Result<(), Problem> {
        for (field, value) in [("title", &self.title), ("author", &self.author)] {
            if value.trim().is_empty() {
                return Err(Problem::unprocessable(format!("the {field} is empty")));
            }
            if value.chars().count() > LONGEST {
                return Err(Problem::unprocessable(format!(
                    "the {field} is longer than {LONGEST} characters"
                )));
            }
        }
        Ok(())
    }
}

pub(crate) async fn list(State(books): State<Books>) -> Result<impl IntoResponse, Problem> {
    Ok(axum::Json(books.all().await?))
}

pub(crate) async fn read(
    State(books): State<Books>,
    State(cache): State<BookCache>,
    Path(id): Path<i64>,
) -> Result<impl IntoResponse, Problem> {
    let book = cache.find(id, &books).await?.ok_or_else(|| Problem::no_book(id))?;
    Ok(axum::Json(book))
}

pub(crate) async fn create(
    State(books): State<Books>,
    State(cache): State<BookCache>,
    Json(draft): Json<Draft>,
) -> Result<impl IntoResponse, Problem> {
    draft.check()?;
    let book = books.insert(draft).await?;
    cache.forget(book.id).await;
    let location = [(LOCATION, format!("/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, axum::Json(book)))
}

pub(crate) async fn replace(
    State(books): State<Books>,
    State(cache): State<BookCache>,
    Path(id): Path<i64>,
    Json(draft): Json<Draft>,
) -> Result<impl IntoResponse, Problem> {
    draft.check()?;
    let book = books.update(id, draft).await?.ok_or_else(|| Problem::no_book(id))?;
    cache.forget(id).await;
    Ok(axum::Json(book))
}

pub(crate) async fn remove(
    State(books): State<Books>,
    State(cache): State<BookCache>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    if !books.delete(id).await? {
        return Err(Problem::no_book(id));
    }
    cache.forget(id).await;
    Ok(StatusCode::NO_CONTENT)
}
