//! `/orders`.

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Serialize};

use crate::{cache::BookCache, problem::Problem, request::Json, store::Orders};

/// The most copies that one order may be for.
const MOST: u32 = 100;

/// An order of a client: a book, and how many copies.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(expecting = "an object with the id of a book and a number of copies")]
pub(crate) struct Order {
    pub(crate) book: i64,
    pub(crate) copies: u32,
}

/// Why an order is not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    NoBook,
    SoldOut,
    Store(sqlx::Error),
}

pub(crate) async fn place(
    State(orders): State<Orders>,
    State(cache): State<BookCache>,
    Json(order): Json<Order>,
) -> Result<impl IntoResponse, Problem> {
    if !(1..=MOST).contains(&order.copies) {
        return Err(Problem::unprocessable(format!("copies are from 1 to {MOST}")));
    }
    orders.place(order).await.map_err(|refusal| match refusal {
        Refusal::NoBook => Problem::no_book(order.book),
        Refusal::SoldOut => Problem::new(StatusCode::CONFLICT, "too few copies are left"),
        Refusal::Store(error) => error.into(),
    })?;
    cache.forget(order.book).await;
    Ok((StatusCode::CREATED, axum::Json(order)))
}
