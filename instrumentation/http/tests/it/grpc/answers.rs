//! Answers that no good server gives.

use std::{convert::Infallible, future, io};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Request, Version},
    response::Response,
    routing::post,
};
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use kymo_http::{ServerLayer, ServerMetric};
use tower::{BoxError, Layer, ServiceExt, service_fn, timeout::error::Elapsed};

use super::called::{CALLS, call, called, the_call};
use crate::server_meters::ServerMeters;

pub(crate) const METHOD: &str = "test.Books/Get";

pub(crate) fn request() -> Request<Body> {
    let request = Request::post(format!("/{METHOD}")).version(Version::HTTP_2);
    request.header("content-type", "application/grpc").body(Body::from("question")).unwrap()
}

/// The head of an answer with these headers.
pub(crate) fn head(status: u16, headers: &[(&'static str, &str)]) -> http::response::Builder {
    let head = Response::builder().status(status);
    headers.iter().fold(head, |head, (name, value)| head.header(*name, *value))
}

pub(crate) const GRPC: (&str, &str) = ("content-type", "application/grpc");
pub(crate) const WEB: (&str, &str) = ("content-type", "application/grpc-web+proto");

/// A body of one message, and then these trailers.
pub(crate) fn with_trailers(trailers: Option<&'static str>) -> Body {
    let trailers = trailers.map(|status| {
        let status = HeaderValue::from_static(status);
        Frame::trailers(HeaderMap::from_iter([("grpc-status".parse().unwrap(), status)]))
    });
    let message = Frame::data(Bytes::from_static(b"\0\0\0\0\0"));
    let frames = std::iter::once(message).chain(trailers).map(Ok::<_, Infallible>);
    Body::new(StreamBody::new(stream::iter(frames.collect::<Vec<_>>())))
}

/// Sends a call to a service that gives this answer, and reads all of it.
pub(crate) async fn answer(layer: ServerLayer, request: Request<Body>, answer: Response) {
    let mut answer = Some(answer);
    let service = service_fn(move |_: Request<Body>| {
        future::ready(Ok::<_, Infallible>(answer.take().unwrap()))
    });
    let response = layer.layer(service).oneshot(request).await.unwrap();
    drop(response.into_body().collect().await);
}

#[tokio::test]
async fn without_a_status_or_with_an_odd_one_it_is_unknown() {
    let unknown = Some("UNKNOWN");
    for trailers in [None, Some(""), Some("17"), Some("-1"), Some("five"), Some("00")] {
        let meters = ServerMeters::new();
        let response = head(200, &[GRPC]).body(with_trailers(trailers)).unwrap();
        answer(meters.layer(), request(), response).await;
        // A body that something called gRPC's on its way shows no method, and is no failure of HTTP.
        let (method, of_request) = trailers.map_or(("_OTHER", None), |_| (METHOD, unknown));
        let expected = call(method, unknown, unknown, of_request);
        assert_eq!(the_call(&meters).await, expected, "{trailers:?}");

        // Of a trailers-only answer, too.
        let meters = ServerMeters::new();
        let status = trailers.map(|status| ("grpc-status", status));
        let headers: Vec<_> = std::iter::once(GRPC).chain(status).collect();
        answer(meters.layer(), request(), head(200, &headers).body(Body::empty()).unwrap()).await;
        assert_eq!(the_call(&meters).await, call("_OTHER", unknown, unknown, of_request));
    }
    // The server is known to have the method.
    let meters = ServerMeters::new();
    let layer = meters.layer().grpc_methods([METHOD]);
    answer(layer, request(), head(200, &[GRPC]).body(with_trailers(None)).unwrap()).await;
    assert_eq!(the_call(&meters).await, call(METHOD, unknown, unknown, unknown));
}

#[tokio::test]
async fn the_status_behind_the_messages_counts_more_than_one_before_them() {
    let meters = ServerMeters::new();
    let response = head(200, &[GRPC, ("grpc-status", "0")]).body(with_trailers(Some("13")));
    answer(meters.layer(), request(), response.unwrap()).await;
    let internal = Some("INTERNAL");
    assert_eq!(the_call(&meters).await, call(METHOD, internal, internal, internal));
}

/// What a client has, it has, whatever happens to the rest.
#[tokio::test]
async fn a_status_that_was_told_stays_whatever_http_makes_of_its_body() {
    let meters = ServerMeters::new();
    let response = head(200, &[GRPC, ("content-length", "100")]).body(with_trailers(Some("13")));
    answer(meters.layer(), request(), response.unwrap()).await;
    let (internal, short) = (Some("INTERNAL"), Some("body_error"));
    assert_eq!(the_call(&meters).await, call(METHOD, internal, internal, short));

    let last = || Ok(Bytes::from_static(b"\x80\0\0\0\x0egrpc-status:13"));
    for (frames, of_request) in [
        (vec![last(), Err(io::ErrorKind::BrokenPipe.into())], "body_error"),
        (vec![last(), Ok(Bytes::new())], "INTERNAL"),
    ] {
        let meters = ServerMeters::new();
        let frames: Vec<io::Result<_>> = frames;
        let body = Body::from_stream(stream::iter(frames));
        answer(meters.layer(), request(), head(200, &[WEB]).body(body).unwrap()).await;
        let expected = call("_OTHER", internal, internal, Some(of_request));
        assert_eq!(the_call(&meters).await, expected);
    }
}

/// Of an answer with messages, no client looks for it there.
#[tokio::test]
async fn a_status_in_the_head_is_none_if_messages_follow() {
    let unknown = Some("UNKNOWN");
    for (headers, body) in [
        ([GRPC, ("grpc-status", "0")], "\0\0\0\0\x01x"),
        ([GRPC, ("grpc-status", "5")], "\0\0\0\0\0"),
        ([WEB, ("grpc-status", "0")], "\0\0\0\0\x01x"),
    ] {
        let meters = ServerMeters::new();
        answer(meters.layer(), request(), head(200, &headers).body(Body::from(body)).unwrap())
            .await;
        assert_eq!(the_call(&meters).await, call("_OTHER", unknown, unknown, None));
    }
    // One without messages may come in any number of empty frames.
    let meters = ServerMeters::new();
    let empty = stream::iter([Bytes::new(), Bytes::new()].map(Ok::<_, Infallible>));
    let response = head(200, &[GRPC, ("grpc-status", "0")]).body(Body::from_stream(empty));
    answer(meters.layer(), request(), response.unwrap()).await;
    assert_eq!(the_call(&meters).await, call(METHOD, Some("OK"), None, None));
}

/// As clients read them that know of it.
#[tokio::test]
async fn of_two_statuses_the_last_one_counts() {
    let meters = ServerMeters::new();
    let headers = [GRPC, ("grpc-status", "0"), ("grpc-status", "13")];
    answer(meters.layer(), request(), head(200, &headers).body(Body::empty()).unwrap()).await;
    assert_eq!(the_call(&meters).await.1.as_deref(), Some("INTERNAL"));
}

#[tokio::test]
async fn a_layer_that_takes_unknown_lengths_for_streams_still_waits_for_the_status() {
    let meters = ServerMeters::new();
    let response = head(200, &[GRPC]).body(with_trailers(Some("14"))).unwrap();
    answer(meters.layer().stream_unknown_lengths(), request(), response).await;
    let unavailable = Some("UNAVAILABLE");
    assert_eq!(the_call(&meters).await, call(METHOD, unavailable, unavailable, unavailable));
    assert_eq!(meters.of("kymo.http.server.active_streams"), []);
}

#[tokio::test]
async fn of_two_layers_the_outer_one_measures_the_call() {
    let meters = ServerMeters::new();
    let failing = async || head(200, &[GRPC]).body(with_trailers(Some("13"))).unwrap();
    let inner = Router::new().route(&format!("/{METHOD}"), post(failing)).layer(meters.layer());
    let outer = meters.layer().layer(inner.clone());
    drop(outer.oneshot(request()).await.unwrap().into_body().collect().await);
    let outer = meters.layer().any_body().layer(inner);
    drop(outer.oneshot(request()).await.unwrap().into_body().collect().await);
    assert_eq!(called(&meters.of(CALLS)), [(METHOD, Some("INTERNAL"), Some("INTERNAL"), 2)]);
    assert_eq!(meters.only("http.server.request.duration").count, 2);
}

#[tokio::test]
async fn a_call_that_is_skipped_or_switched_off_is_not_recorded() {
    let failing = || head(200, &[GRPC]).body(with_trailers(Some("13"))).unwrap();
    let meters = ServerMeters::new();
    answer(meters.layer().skip(|_| true), request(), failing()).await;
    assert_eq!(meters.of(CALLS), []);

    let meters = ServerMeters::new();
    answer(meters.layer().without(ServerMetric::CallDuration), request(), failing()).await;
    assert_eq!(meters.of(CALLS), []);
    // How it failed is the request's, whatever else is recorded.
    assert_eq!(meters.the_request().get("error.type"), Some("INTERNAL"));

    let meters = ServerMeters::new();
    answer(meters.layer().without(ServerMetric::RequestDuration), request(), failing()).await;
    assert_eq!(called(&meters.of(CALLS)), [(METHOD, Some("INTERNAL"), Some("INTERNAL"), 1)]);

    let meters = ServerMeters::new();
    let layer = meters.layer().buckets(ServerMetric::CallDuration, [1.0, 2.0]).unwrap();
    answer(layer, request(), failing()).await;
    let snapshot = meters.snapshot();
    let series = &snapshot.named(CALLS).next().unwrap().series[0];
    let bounds = format!("{:?}", series.reading.histogram().unwrap().buckets);
    assert!(bounds.contains("2.0") && !bounds.contains("0.005"), "{bounds}");
}

#[tokio::test]
async fn a_service_that_fails_is_told_by_its_error() {
    for (error, expected) in
        [(|| Elapsed::new().into(), "timeout"), (|| "disk 7 is full".into(), "_OTHER")]
            as [(fn() -> BoxError, &str); 2]
    {
        let meters = ServerMeters::new();
        let fail = move |_: Request<Body>| future::ready(Err::<Response, BoxError>(error()));
        let service = service_fn(fail);
        meters.layer().layer(service).oneshot(request()).await.unwrap_err();
        assert_eq!(the_call(&meters).await, call("_OTHER", None, Some(expected), Some(expected)));
    }
}

#[tokio::test]
async fn a_body_that_breaks_has_no_status() {
    for (kind, expected) in
        [(io::ErrorKind::BrokenPipe, "body_error"), (io::ErrorKind::TimedOut, "timeout")]
    {
        let meters = ServerMeters::new();
        let frames = stream::iter([Ok("\0\0\0\0\x01x"), Err(io::Error::from(kind))]);
        let response = head(200, &[GRPC]).body(Body::from_stream(frames)).unwrap();
        answer(meters.layer(), request(), response).await;
        assert_eq!(the_call(&meters).await, call(METHOD, None, Some(expected), Some(expected)));
    }
}
