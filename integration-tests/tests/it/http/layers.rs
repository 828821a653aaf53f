//! The order of layers that `docs/http.md` advises, and what comes of another.

use std::{
    borrow::Cow, convert::Infallible, fs, future, panic::resume_unwind, sync::Arc, time::Duration,
};

use axum::{
    Router,
    body::Body,
    error_handling::HandleErrorLayer,
    extract::Request,
    http::{Method, StatusCode, header},
    response::IntoResponse,
    routing::{Route, get},
};
use http_body_util::BodyExt;
use kymo::{
    Telemetry,
    testing::{Snapshot, TestTelemetry},
};
use tokio::sync::Semaphore;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, limit::GlobalConcurrencyLimitLayer};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, cors::CorsLayer,
    services::ServeDir, timeout::TimeoutLayer,
};

const REQUESTS: &str = "http.server.request.duration";

/// Measures a route that fails in every way, with `layer` inside and outside.
async fn inside_and_outside<L>(layer: L, request: fn() -> Request) -> [Snapshot; 2]
where
    L: Layer<
            Route,
            Service: Service<Request, Response: IntoResponse, Error = Infallible, Future: Send>
                         + Clone
                         + Send
                         + Sync,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    let app = || {
        Router::new()
            .route("/books/{id}", get(async || "x".repeat(5000)))
            .route("/slow", get(future::pending::<()>))
            .route("/panic", get(async || resume_unwind(Box::new("on purpose")) as StatusCode))
    };
    let (inside, outside) = (TestTelemetry::new(), TestTelemetry::new());
    send(app().layer(layer.clone()).layer(inside.http()), request()).await;
    send(app().layer(outside.http()).layer(layer), request()).await;
    [inside.snapshot(), outside.snapshot()]
}

async fn send(app: Router, request: Request) -> Option<StatusCode> {
    let answer = async {
        let (head, body) = app.oneshot(request).await.unwrap().into_parts();
        body.collect().await.unwrap();
        head.status
    };
    tokio::spawn(answer).await.ok()
}

fn ask(path: &str) -> Request {
    Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn cors_inside_has_its_preflights_counted() {
    let preflight = || {
        Request::builder()
            .method(Method::OPTIONS)
            .uri("/books/7")
            .header(header::ORIGIN, "https://shop.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
            .body(Body::empty())
            .unwrap()
    };
    let [inside, outside] = inside_and_outside(CorsLayer::permissive(), preflight).await;
    inside.histogram(REQUESTS).with("http.request.method", "OPTIONS").assert_count(1);
    outside.assert_absent(REQUESTS);
}

#[tokio::test]
async fn a_panic_catcher_inside_makes_a_panic_the_status_that_the_client_gets() {
    let [inside, outside] = inside_and_outside(CatchPanicLayer::new(), || ask("/panic")).await;
    let requests = inside.histogram(REQUESTS).with("http.route", "/panic");
    requests.with("error.type", "500").with("http.response.status_code", 500).assert_count(1);
    let requests = outside.histogram(REQUESTS).with("http.route", "/panic");
    requests.with("error.type", "panic").without("http.response.status_code").assert_count(1);
}

#[tokio::test]
async fn a_time_out_inside_is_its_status_and_outside_a_cancellation() {
    let layer =
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(5));
    let [inside, outside] = inside_and_outside(layer, || ask("/slow")).await;
    inside.histogram(REQUESTS).with("error.type", "504").assert_count(1);
    outside.histogram(REQUESTS).with("error.type", "cancelled").assert_count(1);
}

#[tokio::test]
async fn compression_inside_is_measured_on_the_wire_and_outside_before() {
    let [inside, outside] = inside_and_outside(CompressionLayer::new(), || ask("/books/7")).await;
    let size = "http.server.response.body.size";
    inside.histogram(size).assert_at_most(256.0, 1);
    outside.histogram(size).assert_sum(5000);
}

#[tokio::test]
async fn what_a_load_shedder_inside_sheds_is_counted_with_its_route() {
    let telemetry = TestTelemetry::new();
    let full = Arc::new(Semaphore::new(0));
    let shed = async |_| StatusCode::SERVICE_UNAVAILABLE;
    let layers = ServiceBuilder::new()
        .layer(telemetry.http())
        .layer(HandleErrorLayer::new(shed))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(full));
    let app = Router::new().route("/books/{id}", get(async || "Dune")).layer(layers);
    assert_eq!(send(app, ask("/books/7")).await, Some(StatusCode::SERVICE_UNAVAILABLE));
    let requests = telemetry.snapshot();
    let shed = requests.histogram(REQUESTS).with("error.type", "503");
    shed.with("http.route", "/books/{id}").assert_count(1);
    requests.histogram(REQUESTS).assert_count(1);
}

/// As in the document.
fn with_static_files(telemetry: &Telemetry, folder: &std::path::Path) -> Router {
    let layer = telemetry.http().route(|head| {
        let is_asset = head.uri.path().starts_with("/assets/");
        head.matched_path().or(is_asset.then_some("/assets/{*file}")).map(Cow::Borrowed)
    });
    Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .nest_service("/assets", ServeDir::new(folder))
        .layer(layer)
}

#[tokio::test]
async fn static_files_have_one_route_and_the_others_keep_theirs() {
    let telemetry = TestTelemetry::new();
    let folder = tempfile::tempdir().unwrap();
    for file in ["a.txt", "b.txt"] {
        fs::write(folder.path().join(file), "Dune").unwrap();
    }
    let app = with_static_files(&telemetry, folder.path());
    for (path, status) in
        [("/assets/a.txt", 200), ("/assets/b.txt", 200), ("/assets/c.txt", 404), ("/books/7", 200)]
    {
        let answered = send(app.clone(), ask(path)).await;
        assert_eq!(answered.map(|status| status.as_u16()), Some(status), "{path}");
    }
    send(app, ask("/none")).await;
    let snapshot = telemetry.snapshot();
    let requests = || snapshot.histogram(REQUESTS);
    requests().with("http.route", "/assets/{*file}").assert_count(3);
    requests().with("http.route", "/books/{id}").assert_count(1);
    requests().without("http.route").assert_count(1);
}
