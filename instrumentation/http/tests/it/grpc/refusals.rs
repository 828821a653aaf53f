//! What answers instead of gRPC.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use futures_util::stream;

use super::{
    answers::{GRPC, METHOD, WEB, answer, head, request},
    called::{CALLS, call, called, the_call},
    leaving::leave,
};
use crate::server_meters::ServerMeters;

/// What stands before gRPC refuses by HTTP, be it that something on the way calls its answer gRPC's.
#[tokio::test]
async fn a_refusal_by_http_has_no_status_of_grpc_and_fails_from_500_on() {
    for (status, error, of_request) in [
        (503, Some("503"), Some("503")),
        (500, Some("500"), Some("500")),
        (511, Some("511"), Some("511")),
        // Whoever is behind a gateway may choose it.
        (599, Some("_OTHER"), Some("599")),
        (429, None, None),
        (415, None, None),
        (413, None, None),
        (404, None, None),
        (403, None, None),
        (401, None, None),
        (400, None, None),
        (302, None, None),
    ] {
        let gzip = ("content-encoding", "gzip");
        for headers in [&[("content-type", "text/plain")][..], &[], &[GRPC], &[WEB], &[WEB, gzip]] {
            for body in ["", "no"] {
                let meters = ServerMeters::new();
                let response = head(status, headers).body(Body::from(body)).unwrap();
                answer(meters.layer(), request(), response).await;
                let expected = call("_OTHER", None, error, of_request);
                assert_eq!(the_call(&meters).await, expected, "{status} {headers:?} {body:?}");
            }
        }
    }
}

/// As a 5xx of HTTP, it says more than what happens to its body.
#[tokio::test]
async fn a_refusal_that_nobody_reads_is_what_its_status_says() {
    for (status, error) in [(503, "503"), (429, "cancelled")] {
        let meters = ServerMeters::new();
        let never = stream::pending::<Result<Bytes, Infallible>>();
        let response = head(status, &[GRPC]).body(Body::from_stream(never)).unwrap();
        leave(&meters.layer(), request(), response, 0).await;
        assert_eq!(the_call(&meters).await, call("_OTHER", None, Some(error), Some(error)));
    }
}

/// Some proxies refuse by both.
#[tokio::test]
async fn a_refusal_by_http_that_has_a_status_of_grpc_is_a_failure_of_the_call_alone() {
    for (status, of_request) in [(429, None), (404, None), (503, Some("503"))] {
        let meters = ServerMeters::new();
        let response = head(status, &[GRPC, ("grpc-status", "14")]).body(Body::empty()).unwrap();
        answer(meters.layer(), request(), response).await;
        let unavailable = Some("UNAVAILABLE");
        let expected = call("_OTHER", unavailable, unavailable, of_request);
        assert_eq!(the_call(&meters).await, expected, "{status}");
    }
}

/// A server that has the method does not answer so: its calls fail, and go elsewhere.
#[tokio::test]
async fn a_success_of_anything_but_grpc_is_a_failure_of_a_method_that_the_server_has() {
    for is_listed in [false, true] {
        let meters = ServerMeters::new();
        let layer = meters.layer();
        let layer = if is_listed { layer.grpc_methods([METHOD]) } else { layer };
        let ok = head(200, &[GRPC, ("grpc-status", "0")]).body(Body::empty()).unwrap();
        answer(layer.clone(), request(), ok).await;
        let page = head(200, &[("content-type", "text/html")]).body(Body::from("<html>")).unwrap();
        answer(layer, request(), page).await;
        let unknown = Some("UNKNOWN");
        let expected = [(METHOD, Some("OK"), None, 1), (METHOD, unknown, unknown, 1)];
        assert_eq!(called(&meters.of(CALLS)), expected);
        // For HTTP it is what it is.
        let requests = meters.only("http.server.request.duration");
        assert_eq!((requests.get("error.type"), requests.count), (None, 2));
    }
}

/// A client says what it likes of its request, and a success of HTTP stays one.
#[tokio::test]
async fn a_success_of_anything_but_grpc_is_no_call() {
    for (status, headers) in
        [(200, &[("content-type", "application/json")][..]), (200, &[]), (204, &[]), (201, &[])]
    {
        for body in ["", "{}"] {
            let meters = ServerMeters::new();
            let response = head(status, headers).body(Body::from(body)).unwrap();
            answer(meters.layer(), request(), response).await;
            assert_eq!(meters.of(CALLS), []);
            assert_eq!(meters.the_request().get("error.type"), None);
        }
    }
}
