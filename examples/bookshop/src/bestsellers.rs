//! `/bestsellers`: a list of titles, and a query for the author of each.

use std::iter::zip;

use axum::{extract::State, response::IntoResponse};
use serde::Serialize;

use crate::{problem::Problem, store::Books};

/// What all the world reads.
const TITLES: [&str; 12] = [
    "The Little Prince",
    "The Hobbit",
    "Dune",
    "Emma",
    "Ulysses",
    "Momo",
    "Persuasion",
    "Middlemarch",
    "Walden",
    "Candide",
    "Beloved",
    "Solaris",
];

/// A book of the list, and its author if the shop has it.
#[derive(Debug, Serialize)]
struct Bestseller {
    title: &'static str,
    author: Option<String>,
}

pub(crate) async fn list(State(books): State<Books>) -> Result<impl IntoResponse, Problem> {
    let authors = books.authors_of(&TITLES).await?;
    let list = zip(TITLES, authors).map(|(title, author)| Bestseller { title, author });
    Ok(axum::Json(list.collect::<Vec<_>>()))
}
