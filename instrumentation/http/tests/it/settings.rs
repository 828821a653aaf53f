//! Every switch of the layer.

use axum::{Router, body::Body, http::Request, routing::get};
use http::Method;
use kymo_http::{BucketsError, ServerLayer, ServerMetric};
use kymo_testing::Buckets;
use proptest::prelude::*;
use tower::ServiceExt;

use crate::server_meters::ServerMeters;

async fn serve(layer: ServerLayer, request: Request<Body>) {
    let app = Router::new().route("/", get(async || "Dune")).layer(layer);
    let body = app.oneshot(request).await.unwrap().into_body();
    axum::body::to_bytes(body, usize::MAX).await.unwrap();
}

fn request() -> Request<Body> {
    Request::get("/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn each_metric_can_be_switched_off_alone() {
    let four = [
        (ServerMetric::RequestDuration, "http.server.request.duration"),
        (ServerMetric::ActiveRequests, "http.server.active_requests"),
        (ServerMetric::RequestBodySize, "http.server.request.body.size"),
        (ServerMetric::ResponseBodySize, "http.server.response.body.size"),
    ];
    for (off, _) in four {
        let meters = ServerMeters::new();
        serve(meters.layer().without(off), request()).await;
        for (metric, name) in four {
            assert_eq!(meters.of(name).is_empty(), metric == off, "{name} without {off:?}");
        }
    }
}

#[tokio::test]
async fn the_first_byte_is_timed_on_request() {
    let name = "kymo.http.server.first_byte.duration";
    let meters = ServerMeters::new();
    serve(meters.layer(), request()).await;
    assert_eq!(meters.of(name), []);
    serve(meters.layer().with(ServerMetric::FirstByteDuration), request()).await;
    assert_eq!(meters.only(name).count, 1);
}

#[tokio::test]
async fn skipped_requests_leave_no_trace() {
    let meters = ServerMeters::new();
    let layer = meters.layer().skip(|head| head.uri.path() == "/");
    serve(layer, request()).await;
    let seen: Vec<_> =
        meters.points().into_iter().filter(|p| p.name != "kymo.cardinality.folded").collect();
    assert_eq!(seen, []);
}

#[tokio::test]
async fn unknown_methods_become_other_unless_they_are_listed() {
    let brew = || {
        let method = Method::from_bytes(b"BREW").unwrap();
        Request::builder().method(method).uri("/").body(Body::empty()).unwrap()
    };
    let meters = ServerMeters::new();
    serve(meters.layer(), brew()).await;
    assert_eq!(meters.the_request().get("http.request.method"), Some("_OTHER"));
    assert_eq!(
        meters.only("http.server.active_requests").get("http.request.method"),
        Some("_OTHER")
    );
    let meters = ServerMeters::new();
    serve(meters.layer().known_methods(["BREW"]), brew()).await;
    assert_eq!(meters.the_request().get("http.request.method"), Some("BREW"));
    let meters = ServerMeters::new();
    serve(meters.layer().known_methods(["BREW"]), request()).await;
    assert_eq!(meters.the_request().get("http.request.method"), Some("_OTHER"));
}

#[tokio::test]
async fn the_scheme_of_a_server_that_terminates_tls_is_https() {
    let meters = ServerMeters::new();
    serve(meters.layer().over_tls(), request()).await;
    assert_eq!(meters.the_request().get("url.scheme"), Some("https"));
}

#[tokio::test]
async fn layers_with_names_keep_their_own_buckets() {
    let meters = ServerMeters::new();
    let duration = ServerMetric::RequestDuration;
    let own = ServerLayer::named(&meters.provider, "own").buckets(duration, [1.0, 2.0]).unwrap();
    serve(own, request()).await;
    serve(ServerLayer::new(&meters.provider), request()).await;
    let snapshot = meters.snapshot();
    let series = snapshot.named("http.server.request.duration").flat_map(|metric| &metric.series);
    let mut bounds: Vec<usize> = series
        .map(|series| match &series.reading.histogram().unwrap().buckets {
            // The last has none.
            Buckets::Explicit(buckets) => buckets.len() - 1,
            other => panic!("{other}"),
        })
        .collect();
    bounds.sort_unstable();
    assert_eq!(bounds, [2, 14]);
}

proptest! {
    #[test]
    fn only_finite_ascending_bounds_are_buckets(
        bounds in proptest::collection::vec(
            prop_oneof![any::<f64>(), (0_i32..4).prop_map(f64::from)],
            0..5,
        ),
    ) {
        let meters = opentelemetry::metrics::noop::NoopMeterProvider::new();
        let result = ServerLayer::new(&meters).buckets(ServerMetric::RequestDuration, bounds.clone());
        let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let valid = !bounds.is_empty() && ascending && bounds.iter().all(|b| b.is_finite());
        prop_assert_eq!(result.is_ok(), valid);
        if let Err(BucketsError::NotFinite { bound }) = result {
            prop_assert!(!bound.is_finite());
        }
    }
}
