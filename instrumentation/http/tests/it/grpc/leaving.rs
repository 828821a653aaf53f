//! Clients that leave before the end.

use std::{convert::Infallible, future, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request},
    response::Response,
};
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full};
use kymo_http::ServerLayer;
use tower::{Layer, ServiceExt, service_fn};

use super::{
    answers::{GRPC, METHOD, head, request},
    called::{CALLS, call, called, the_call},
    unannounced::unsaid,
};
use crate::server_meters::ServerMeters;

/// Sends a call to a service that gives this answer, and leaves after so many frames of it.
pub(crate) async fn leave(
    layer: &ServerLayer,
    request: Request<Body>,
    answer: Response,
    frames: usize,
) {
    let mut answer = Some(answer);
    let service = service_fn(move |_: Request<Body>| {
        future::ready(Ok::<_, Infallible>(answer.take().unwrap()))
    });
    let mut body = layer.layer(service).oneshot(request).await.unwrap().into_body();
    for _ in 0..frames {
        body.frame().await.unwrap().unwrap();
    }
}

/// An answer that says its length, in so many frames: its status is to come when all of it has passed.
fn of_known_length(frames: usize) -> Response {
    let message = |_| Ok::<_, Infallible>(Bytes::from_static(b"\0\0\0\0\0"));
    let body = Body::from_stream(stream::iter((0..frames).map(message)).chain(stream::pending()));
    let length = (5 * frames).to_string();
    head(200, &[GRPC, ("content-length", &length)]).body(body).unwrap()
}

/// The status comes behind all that was promised.
#[tokio::test]
async fn who_leaves_before_the_status_is_a_cancellation_whatever_length_was_known() {
    for frames in [0, 1, 3] {
        let meters = ServerMeters::new();
        leave(&meters.layer(), request(), of_known_length(frames), frames).await;
        let cancelled = Some("cancelled");
        let method = if frames == 0 { "_OTHER" } else { METHOD };
        assert_eq!(the_call(&meters).await, call(method, None, cancelled, cancelled), "{frames}");

        // A download that is called gRPC's has no status to come.
        let meters = ServerMeters::new();
        leave(&meters.layer(), unsaid("POST", None), of_known_length(frames), frames).await;
        assert_eq!(meters.of(CALLS), [], "{frames}");
        assert_eq!(meters.the_request().get("error.type"), None, "{frames}");
    }
}

/// The same where a body says its length itself, and its trailers never come.
#[tokio::test]
async fn who_leaves_before_trailers_that_never_come_is_a_cancellation() {
    for (message, frames) in [(&b"\0\0\0\0\x01x"[..], 1), (b"", 0)] {
        let meters = ServerMeters::new();
        let body = Full::new(Bytes::from_static(message)).with_trailers(future::pending());
        let response = head(200, &[GRPC]).body(Body::new(body)).unwrap();
        leave(&meters.layer(), request(), response, frames).await;
        let (_, status, error, of_request) = the_call(&meters).await;
        let cancelled = Some("cancelled");
        assert_eq!((status, error.as_deref(), of_request.as_deref()), (None, cancelled, cancelled));
    }
}

/// Whoever calls a service of HTTP says as well how long it may take.
#[tokio::test]
async fn who_hangs_up_on_a_service_without_grpc_is_a_cancellation_whatever_time_it_gave() {
    for timeout in ["0n", "1n", "0S", "1m", "20m"] {
        let meters = ServerMeters::new();
        let mut request = request();
        request.headers_mut().insert("grpc-timeout", HeaderValue::from_static(timeout));
        let service =
            service_fn(|_: Request<Body>| future::pending::<Result<Response, Infallible>>());
        let asked = meters.layer().layer(service).oneshot(request);
        tokio::time::timeout(Duration::from_millis(30), asked).await.unwrap_err();
        let cancelled = Some("cancelled");
        assert_eq!(meters.the_request().get("error.type"), cancelled, "{timeout}");
        assert_eq!(the_call(&meters).await.2.as_deref(), cancelled, "{timeout}");
    }
}

#[tokio::test]
async fn a_body_that_is_dropped_without_trailers_is_a_cancellation() {
    let meters = ServerMeters::new();
    let endless = stream::repeat(Ok::<_, Infallible>("\0\0\0\0\x01x"));
    let body = Body::from_stream(endless);
    let response = head(200, &[GRPC, ("grpc-status", "0")]).body(body).unwrap();
    leave(&meters.layer(), request(), response, 1).await;
    let cancelled = Some("cancelled");
    assert_eq!(the_call(&meters).await, call(METHOD, None, cancelled, cancelled));
}

/// Anybody can say a time, and leave an answer that something on its way called gRPC's.
#[tokio::test]
async fn who_leaves_an_answer_too_late_fails_the_request_only_of_a_method_that_the_server_has() {
    let [exceeded, cancelled] = ["DEADLINE_EXCEEDED", "cancelled"].map(Some);
    for (is_listed, frames, method, of_request) in
        [(false, 0, "_OTHER", cancelled), (false, 1, METHOD, exceeded), (true, 0, METHOD, exceeded)]
    {
        let meters = ServerMeters::new();
        let layer = meters.layer();
        let layer = if is_listed { layer.grpc_methods([METHOD]) } else { layer };
        let mut request = request();
        request.headers_mut().insert("grpc-timeout", HeaderValue::from_static("1m"));
        let slow = service_fn(async |_: Request<Body>| {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let message = stream::iter([Ok::<_, Infallible>("\0\0\0\0\x01x")]);
            let body = Body::from_stream(message.chain(stream::pending()));
            Ok::<_, Infallible>(head(200, &[GRPC]).body(body).unwrap())
        });
        let mut body = layer.layer(slow).oneshot(request).await.unwrap().into_body();
        for _ in 0..frames {
            body.frame().await.unwrap().unwrap();
        }
        drop(body);
        assert_eq!(the_call(&meters).await, call(method, None, exceeded, of_request));
    }
}

/// A watch that had nothing to say yet has shown nothing: anybody can leave a page that something on its way
/// called gRPC's.
#[tokio::test]
async fn who_leaves_before_the_first_message_leaves_no_name() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for (frames, method) in [(0, "_OTHER"), (1, METHOD), (0, METHOD)] {
        let message = Ok::<_, Infallible>("\0\0\0\0\x01x");
        let body = stream::iter([message]).chain(stream::pending());
        let response = head(200, &[GRPC]).body(Body::from_stream(body)).unwrap();
        leave(&layer, request(), response, frames).await;
        let points = meters.of(CALLS);
        let named = points.iter().filter(|point| point.get("rpc.method") == Some(method)).count();
        assert_eq!(named, 1, "{points:#?}");
    }
    let expected = [("_OTHER", None, Some("cancelled"), 1), (METHOD, None, Some("cancelled"), 2)];
    assert_eq!(called(&meters.of(CALLS)), expected);
}
