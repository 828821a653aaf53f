//! The bookshop counts what its visitors look for.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{Request, StatusCode},
    routing::get,
};
use kymo::{
    Telemetry,
    opentelemetry::{KeyValue, metrics::Counter},
    testing::TestTelemetry,
};
use tower::ServiceExt;

/// The service, made as in `main`: it takes its telemetry and reaches for no global.
fn bookshop(telemetry: &Telemetry) -> Router {
    let meter = telemetry.meter("bookshop");
    let lookups = meter.u64_counter("bookshop.lookups").with_unit("{lookup}");
    let lookups = lookups.with_description("Books that somebody looked for.").build();
    Router::new().route("/books/{id}", get(look_up)).with_state(lookups).layer(telemetry.http())
}

async fn look_up(State(lookups): State<Counter<u64>>, Path(id): Path<u32>) -> StatusCode {
    let found = id < 100;
    lookups.add(1, &[KeyValue::new("found", found)]);
    if found { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

/// Sends one request. It is counted when its answer is gone, here at the end of this function.
async fn status_of(app: &Router, path: &str) -> StatusCode {
    let request = Request::get(path).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_book_that_is_not_there_is_counted_once() {
    let telemetry = TestTelemetry::new();
    let app = bookshop(&telemetry);
    assert_eq!(status_of(&app, "/books/7").await, 200);
    assert_eq!(status_of(&app, "/books/777").await, 404);

    let metrics = telemetry.snapshot();
    metrics.counter("bookshop.lookups").assert(2);
    metrics.counter("bookshop.lookups").with("found", false).assert(1);
    let requests = metrics.histogram("http.server.request.duration");
    let missing = requests.with("http.route", "/books/{id}").with("http.response.status_code", 404);
    missing.without("error.type").assert_count(1);
    metrics.up_down_counter("http.server.active_requests").assert(0);
}

#[tokio::test]
async fn a_second_look_counts_again() {
    let telemetry = TestTelemetry::new();
    let app = bookshop(&telemetry);
    status_of(&app, "/books/7").await;

    let before = telemetry.snapshot();
    status_of(&app, "/books/7").await;
    let metrics = telemetry.snapshot().since(&before);
    metrics.counter("bookshop.lookups").with("found", true).assert(1);
}

#[tokio::test]
async fn the_dashboard_finds_the_names_it_knows() {
    let telemetry = TestTelemetry::of(Telemetry::for_service("bookshop"));
    status_of(&bookshop(&telemetry), "/books/7").await;

    let metrics = telemetry.snapshot();
    metrics.assert_conventional();
    let expected = "\
bookshop.lookups: counter in {lookup} of bookshop
  Books that somebody looked for.
  {found=true} 1
";
    assert!(metrics.masked().without_resource().to_string().starts_with(expected), "{metrics}");
}
