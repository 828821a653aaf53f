//! Where `http.route` comes from, and when it is absent.

use std::{
    borrow::Cow,
    convert::Infallible,
    io,
    process::Command,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, http::Request, response::Response, routing::get};
use kymo_http::{HandlerLayer, ServerLayer};
use tower::{Layer, ServiceExt, service_fn};

use crate::server_meters::ServerMeters;

async fn route_of(app: Router, meters: &ServerMeters, path: &str) -> Option<String> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    drop(app.oneshot(request).await.unwrap());
    meters.the_request().get("http.route").map(str::to_owned)
}

#[tokio::test]
async fn the_template_is_the_route_never_the_path() {
    let meters = ServerMeters::new();
    let app = Router::new().route("/books/{id}", get(async || ())).layer(meters.layer());
    assert_eq!(route_of(app, &meters, "/books/7").await.as_deref(), Some("/books/{id}"));
}

#[tokio::test]
async fn a_nested_router_gives_the_full_template() {
    let meters = ServerMeters::new();
    let books = Router::new().route("/books/{id}", get(async || ()));
    let app = Router::new().nest("/shops/{shop}", books).layer(meters.layer());
    let route = route_of(app, &meters, "/shops/1/books/7").await;
    assert_eq!(route.as_deref(), Some("/shops/{shop}/books/{id}"));
}

#[tokio::test]
async fn a_layer_inside_a_nested_router_gives_the_full_template_too() {
    let meters = ServerMeters::new();
    let books = Router::new().route("/books/{id}", get(async || ())).layer(meters.layer());
    let app = Router::new().nest("/shops/{shop}", books);
    let route = route_of(app, &meters, "/shops/1/books/7").await;
    assert_eq!(route.as_deref(), Some("/shops/{shop}/books/{id}"));
}

#[tokio::test]
async fn requests_that_match_no_route_are_counted_without_one() {
    for path in ["/nowhere", "/books", "/shops/1"] {
        let meters = ServerMeters::new();
        let app = Router::new()
            .route("/books/{id}", get(async || ()))
            .fallback(async || http::StatusCode::NOT_FOUND)
            .layer(meters.layer());
        assert_eq!(route_of(app, &meters, path).await, None, "{path}");
    }
}

#[tokio::test]
async fn a_route_of_ones_own_replaces_the_matched_path() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route(|head| {
        // gRPC: the path is `/package.Service/Method`, a closed set.
        head.uri.path().starts_with("/grpc.").then(|| Cow::Owned(head.uri.path().to_owned()))
    });
    let app = Router::new().fallback(async || ()).layer(layer);
    let route = route_of(app, &meters, "/grpc.health.v1.Health/Check").await;
    assert_eq!(route.as_deref(), Some("/grpc.health.v1.Health/Check"));
}

#[tokio::test]
async fn wrapping_twice_measures_once() {
    let meters = ServerMeters::new();
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .layer(meters.layer())
        .layer(meters.layer())
        .route_layer(meters.layer());
    let outer = Router::new().merge(app).layer(meters.layer());
    assert_eq!(route_of(outer, &meters, "/books/7").await.as_deref(), Some("/books/{id}"));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn middleware_that_replaces_the_body_between_two_layers_does_not_hide_the_outer_one() {
    let meters = ServerMeters::new();
    let replace = axum::middleware::from_fn(
        async |request: axum::extract::Request, next: axum::middleware::Next| {
            next.run(request.map(|_| Body::from("another"))).await
        },
    );
    let app = Router::new()
        .route("/", get(async || ()))
        .layer(meters.layer())
        .layer(replace)
        .layer(meters.layer());
    let send = async || {
        let request = Request::get("/").body(Body::empty()).unwrap();
        drop(app.clone().oneshot(request).await.unwrap());
        meters.only("http.server.request.duration").count
    };
    // The first request of a process may be the one from which the layers learn of each other.
    let before = send().await;
    for n in 1..10 {
        assert_eq!(send().await, before + n);
    }
}

#[tokio::test]
async fn a_request_that_a_handler_makes_to_another_router_is_one_of_its_own() {
    let meters = ServerMeters::new();
    let inner = Router::new().route("/inner", get(async || "Dune")).layer(meters.layer());
    let forward = async move || {
        let request = Request::get("/inner").body(Body::empty()).unwrap();
        inner.oneshot(request).await
    };
    let app = Router::new().route("/outer", get(forward)).layer(meters.layer());
    for n in 1..=3 {
        let request = Request::get("/outer").body(Body::empty()).unwrap();
        drop(app.clone().oneshot(request).await.unwrap());
        let points = meters.of("http.server.request.duration");
        assert_eq!(points.iter().map(|point| point.count).collect::<Vec<_>>(), [n, n]);
    }
}

#[tokio::test]
async fn what_an_outer_layer_skips_is_measured_by_the_inner_one() {
    for any_body in [false, true] {
        let meters = ServerMeters::new();
        let app = Router::new().route("/", get(async || ())).layer(meters.layer());
        let outer = meters.layer().skip(|_| true);
        let app = if any_body { app.layer(outer.any_body()) } else { app.layer(outer) };
        let request = Request::get("/").body(Body::from("some")).unwrap();
        drop(app.oneshot(request).await.unwrap());
        meters.the_request();
    }
}

/// The text that is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn read(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Which layer meets another axum: a process is told once, so each layer has one of its own.
const LAYER: &str = "KYMO_TEST_LAYER";

#[tokio::test]
async fn an_axum_whose_routes_cannot_be_read_is_warned_of_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let meters = ServerMeters::new();

    // No route, and nobody to blame: no router, or no match.
    let bare =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    drop(meters.layer().layer(bare).oneshot(Request::new(Body::empty())).await.unwrap());
    let ours = Router::new().route("/books/{id}", get(async || "Dune")).layer(meters.layer());
    drop(ours.oneshot(Request::get("/none").body(Body::empty()).unwrap()).await.unwrap());
    let full =
        service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(Body::empty())));
    drop(meters.layer().layer(full).oneshot(Request::new(String::new())).await.unwrap());

    // The program tells the route itself.
    let handler = axum07::routing::get(|| async { "Dune" });
    let send = async |layer: ServerLayer| {
        let app = axum07::Router::new().route("/books/:id", handler.clone()).layer(layer);
        let request = Request::get("/books/7").body(axum07::body::Body::empty()).unwrap();
        assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
    };
    send(meters.layer().route(|_| None)).await;
    assert_eq!(log.read(), "");

    for _ in 0..2 {
        match std::env::var(LAYER).as_deref() {
            Ok("any_body") => {
                let app = axum07::Router::new().route("/books/:id", handler.clone());
                let request = Request::get("/books/7").body(axum07::body::Body::empty()).unwrap();
                let app = meters.layer().any_body().layer(app);
                assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
            }
            Ok("handler") => {
                let app = axum07::Router::new().route("/books/:id", handler.clone());
                let request = Request::get("/books/7").body(axum07::body::Body::empty()).unwrap();
                let app = app.layer(HandlerLayer::new(&meters.provider));
                assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
            }
            _ => send(meters.layer()).await,
        }
    }
    let told = log.read();
    assert_eq!(told.lines().count(), 1, "{told}");
    for word in ["WARN", "http.route", "0.8", "0.7", "ServerLayer::route"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert!(
        meters.of("http.server.request.duration").iter().all(|p| p.get("http.route").is_none())
    );
}

#[test]
fn every_layer_warns_of_an_axum_whose_routes_cannot_be_read() {
    for layer in ["server", "any_body", "handler"] {
        let test = "routes::an_axum_whose_routes_cannot_be_read_is_warned_of_once";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(LAYER, layer)
            .output()
            .unwrap();
        assert!(child.status.success(), "{layer}: {}", String::from_utf8_lossy(&child.stdout));
    }
}
