//! Which path leads where.

use axum::{
    Router,
    extract::FromRef,
    http::{Method, StatusCode, Uri},
    routing::{get, post},
};
use kymo::{http::RequestHead, migrations::MigrationStatus};

use crate::{
    authors, bestsellers, books,
    cache::BookCache,
    events, failures, ledger, orders,
    problem::Problem,
    readiness, receipt,
    reviews::{self, Reviews},
    shelves,
    shutdown::Shutdown,
    slow,
    store::{Books, Ledger, Orders, Store},
    stream,
};

/// The state that handlers may ask for.
#[derive(Clone, Debug, FromRef)]
pub(crate) struct Shared {
    books: Books,
    orders: Orders,
    ledger: Ledger,
    reviews: Reviews,
    schema: MigrationStatus,
    cache: BookCache,
    shutdown: Shutdown,
}

/// The whole service. `/metrics`, `/live` and `/ready` come after the layers, so probes are not counted as
/// traffic.
pub(crate) fn router(
    telemetry: &kymo::Telemetry,
    store: &Store,
    cache: BookCache,
    reviews: Reviews,
    shelves: u8,
    shutdown: Shutdown,
) -> Router {
    let shared = Shared {
        books: Books::new(telemetry, store.pool()),
        orders: Orders::new(telemetry, store.pool()),
        ledger: store.ledger(),
        reviews,
        schema: store.schema(),
        cache,
        shutdown,
    };
    Router::new()
        .route("/books", get(books::list).post(books::create))
        .route("/books/{id}", get(books::read).put(books::replace).delete(books::remove))
        .route("/authors", get(authors::list))
        .route("/orders", post(orders::place))
        .route("/bestsellers", get(bestsellers::list))
        .route("/ledger", get(ledger::read))
        .route("/receipt", get(receipt::print))
        .route("/reviews", get(reviews::read))
        .merge(shelves::router(shelves))
        .route("/slow", get(slow::slow))
        .route("/stream", get(stream::stream))
        .route("/events", get(events::events))
        .route("/fail", get(failures::fail))
        .route("/panic", get(failures::panic))
        .fallback(no_such_page)
        .method_not_allowed_fallback(no_such_method)
        .layer(telemetry.http_handler())
        .layer(telemetry.http().server_timing(asks_for_timing))
        .route("/ready", get(readiness::ready))
        .with_state(shared)
        .route_service("/metrics", telemetry.endpoint())
        .route_service("/live", telemetry.live())
}

/// Anybody may ask here; elsewhere, the proxy in front removes this header from what comes from outside.
fn asks_for_timing(head: &RequestHead<'_>) -> bool {
    head.headers.contains_key("x-timing")
}

async fn no_such_page(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is nothing at {}", uri.path()))
}

async fn no_such_method(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not take {method}", uri.path()))
}
