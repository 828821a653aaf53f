//! What a layer is told.

use std::{convert::Infallible, future};

use http::{Request, Response};
use http_body_util::Empty;
use kymo_http_client::{BucketsError, ClientLayer, ClientMetric, Outgoing, Target};
use tower::{Layer, ServiceExt, service_fn};

use crate::client_meters::{ClientMeters, end};

async fn send(layer: &ClientLayer, method: &str) {
    let request = Request::builder().method(method).uri("http://example.org/").body(()).unwrap();
    let answer =
        |_: Request<()>| future::ready(Ok::<_, Infallible>(Response::new(Empty::<&[u8]>::new())));
    layer.layer(service_fn(answer)).oneshot(request).await.unwrap();
}

#[tokio::test]
async fn a_metric_that_is_left_out_is_not_there() {
    let meters = ClientMeters::new();
    let layer = meters.layer().without(ClientMetric::RequestDuration);
    send(&layer.clone().without(ClientMetric::ActiveRequests), "GET").await;
    meters.snapshot().assert_absent("http.client.request.duration");
    meters.snapshot().assert_absent("http.client.active_requests");
    send(&layer, "GET").await;
    meters.snapshot().assert_absent("http.client.request.duration");
    assert_eq!(meters.snapshot().points().of("http.client.active_requests").len(), 1);
    send(&layer.with(ClientMetric::RequestDuration), "GET").await;
    meters.the_request();
}

#[tokio::test]
async fn buckets_of_ones_own_are_checked_and_used() {
    let meters = ClientMeters::new();
    let layer = meters.layer().buckets(ClientMetric::RequestDuration, [1.0, 30.0]).unwrap();
    send(&layer, "GET").await;
    let snapshot = meters.snapshot();
    snapshot.histogram("http.client.request.duration").assert_bucket(1.0, 1);
    let wrong = meters.layer().buckets(ClientMetric::RequestDuration, [1.0, 1.0]);
    assert!(matches!(wrong, Err(BucketsError::NotAscending { .. })));
}

#[tokio::test]
async fn known_methods_replace_the_list_and_letters_count() {
    for (method, usual, own) in
        [("GET", "GET", "_OTHER"), ("get", "_OTHER", "_OTHER"), ("PURGE", "_OTHER", "PURGE")]
    {
        let meters = ClientMeters::new();
        send(&meters.layer(), method).await;
        assert_eq!(meters.the_request().get("http.request.method"), Some(usual));
        let meters = ClientMeters::new();
        send(&meters.layer().known_methods(["PURGE"]), method).await;
        assert_eq!(meters.the_request().get("http.request.method"), Some(own));
    }
}

#[tokio::test]
async fn a_client_that_is_no_tower_service_is_measured_by_its_future() {
    let meters = ClientMeters::new();
    let request =
        || Outgoing::new(&http::Method::PUT, Target::new(Some("https"), Some("a.b"), None));
    let answer = async { Ok::<_, Infallible>(Response::new(Empty::<&[u8]>::new())) };
    meters.layer().begin(&request()).answered_by(answer).await.unwrap();
    let point = meters.the_request();
    assert_eq!(point.get("http.request.method"), Some("PUT"));
    assert_eq!(point.get("server.port"), Some("443"));
}

#[tokio::test]
async fn what_is_dropped_unpolled_is_a_cancellation() {
    let meters = ClientMeters::new();
    let never = future::pending::<Result<Response<Empty<&[u8]>>, Infallible>>();
    let target = Target::new(Some("https"), Some("a.b"), None);
    let request = meters.layer().begin(&Outgoing::new(&http::Method::PUT, target));
    drop(request.answered_by(never));
    assert_eq!(meters.the_end(), end(Some("cancelled"), None));
}
