//! Time inside the handler, apart from middleware.

use std::time::Duration;

use axum::{Router, body::Body, extract::Request, middleware::Next, routing::get};
use kymo_http::HandlerLayer;
use tower::ServiceExt;

use crate::server_meters::ServerMeters;

const HANDLER: &str = "kymo.http.server.handler.duration";

async fn slow_middleware(request: Request, next: Next) -> axum::response::Response {
    tokio::time::sleep(Duration::from_millis(30)).await;
    next.run(request).await
}

fn app(
    meters: &ServerMeters,
    handler: impl Fn() -> Duration + Clone + Send + Sync + 'static,
) -> Router {
    let handler = async move || tokio::time::sleep(handler()).await;
    Router::new()
        .route("/books/{id}", get(handler))
        .layer(HandlerLayer::new(&meters.provider))
        .layer(axum::middleware::from_fn(slow_middleware))
        .layer(meters.layer())
}

#[tokio::test]
async fn middleware_is_in_the_request_and_not_in_the_handler() {
    let meters = ServerMeters::new();
    let request = Request::get("/books/7").body(Body::empty()).unwrap();
    drop(app(&meters, || Duration::from_millis(5)).oneshot(request).await.unwrap());
    let handler = meters.only(HANDLER);
    assert_eq!(handler.count, 1);
    assert_eq!(handler.get("http.route"), Some("/books/{id}"));
    assert_eq!(handler.get("http.request.method"), Some("GET"));
    assert_eq!(handler.attributes.len(), 2);
    let middleware = meters.the_request().sum - handler.sum;
    assert!(handler.sum >= 0.005 && middleware >= 0.029, "{handler:?} {middleware}");
}

#[tokio::test]
async fn a_handler_that_is_dropped_or_panics_is_counted() {
    let meters = ServerMeters::new();
    let request = || Request::get("/books/7").body(Body::empty()).unwrap();
    let never = app(&meters, || Duration::MAX).oneshot(request());
    tokio::time::timeout(Duration::from_millis(60), never).await.unwrap_err();
    assert_eq!(meters.only(HANDLER).count, 1);
    let panicking = app(&meters, || panic!("on purpose")).oneshot(request());
    tokio::spawn(panicking).await.unwrap_err();
    assert_eq!(meters.only(HANDLER).count, 2);
}

#[tokio::test]
async fn a_handler_that_is_wrapped_twice_is_measured_once() {
    let meters = ServerMeters::new();
    let layer = HandlerLayer::new(&meters.provider);
    let books = Router::new().route("/{id}", get(async || "Dune")).layer(layer.clone());
    let app = Router::new().nest("/books", books).layer(layer);
    let request = Request::get("/books/7").body(Body::empty()).unwrap();
    drop(app.oneshot(request).await.unwrap());
    assert_eq!(meters.only(HANDLER).count, 1);
}
