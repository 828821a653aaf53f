//! `/ledger`: how many copies were sold, from a pool that has one connection for all who ask.

use axum::{extract::State, response::IntoResponse};
use serde::Serialize;

use crate::{problem::Problem, store::Ledger};

/// The orders, and the copies that were ordered.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Sales {
    orders: i64,
    copies: i64,
}

pub(crate) async fn read(State(ledger): State<Ledger>) -> Result<impl IntoResponse, Problem> {
    Ok(axum::Json(ledger.sales().await?))
}
