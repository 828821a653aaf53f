//! Requests that do not say that they are calls.

use axum::{
    body::Body,
    http::{HeaderValue, Request},
};

use super::{
    answers::{GRPC, answer, head, request, with_trailers},
    called::{CALLS, call, the_call},
};
use crate::server_meters::{Point, ServerMeters};

/// A request that does not say that it is a call.
pub(crate) fn unsaid(method: &str, content_type: Option<&'static str>) -> Request<Body> {
    let mut request = request();
    *request.method_mut() = method.parse().unwrap();
    request.headers_mut().remove("content-type");
    if let Some(content_type) = content_type {
        request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    }
    request
}

/// A server may serve what does not say that it is a call.
#[tokio::test]
async fn a_status_of_grpc_answers_a_call_whatever_its_request_said() {
    let internal = Some("INTERNAL");
    for (method, content_type) in [
        ("GET", Some("application/grpc")),
        ("OPTIONS", Some("application/grpc")),
        ("PUT", Some("application/grpc")),
        ("POST", Some("application/json")),
        ("POST", Some("application/grpcs")),
        ("POST", None),
    ] {
        let meters = ServerMeters::new();
        let response = head(200, &[GRPC]).body(with_trailers(Some("13"))).unwrap();
        answer(meters.layer(), unsaid(method, content_type), response).await;
        let expected = call("_OTHER", internal, internal, internal);
        assert_eq!(the_call(&meters).await, expected, "{method} {content_type:?}");
        assert_eq!(meters.the_request().get("http.request.method"), Some(method));
    }
}

/// A store may give back any content type that it was sent.
#[tokio::test]
async fn an_answer_without_a_status_of_grpc_is_no_call_if_its_request_said_nothing() {
    for (method, headers, trailers) in [
        ("GET", &[GRPC][..], None),
        ("POST", &[GRPC], None),
        ("HEAD", &[GRPC], Some("13")),
        ("POST", &[GRPC, ("grpc-status", "0")], None),
        ("POST", &[("content-type", "application/json")], Some("13")),
        ("POST", &[], None),
    ] {
        let meters = ServerMeters::new();
        let response = head(200, headers).body(with_trailers(trailers)).unwrap();
        answer(meters.layer(), unsaid(method, Some("application/json")), response).await;
        assert_eq!(meters.of(CALLS), [], "{method} {headers:?}");
        assert_eq!(meters.the_request().get("error.type"), None, "{method} {headers:?}");
        let names = meters.snapshot().points();
        let is_of_calls = |point: &Point| {
            !headers.contains(&GRPC)
                && point.get("kymo.cardinality.attribute") == Some("rpc.method")
        };
        assert!(!names.iter().any(is_of_calls), "a server without gRPC shows nothing of it");
    }
}

/// The connection goes on as another protocol.
#[tokio::test]
async fn an_upgrade_answers_no_call_whatever_is_said_of_it() {
    for headers in [&[][..], &[GRPC], &[GRPC, ("grpc-status", "13")]] {
        for request in [request(), unsaid("GET", None)] {
            let meters = ServerMeters::new();
            let response = head(101, headers).body(Body::empty()).unwrap();
            answer(meters.layer(), request, response).await;
            assert_eq!(meters.of(CALLS), [], "{headers:?}");
            assert_eq!(meters.the_request().get("error.type"), None, "{headers:?}");
        }
    }
}
