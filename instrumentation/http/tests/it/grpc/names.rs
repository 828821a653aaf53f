//! Clients cannot make methods.

use std::{convert::Infallible, future};

use axum::{Router, body::Body, http::Request, response::Response, routing::post};
use futures_util::stream;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use kymo_http::ServerLayer;
use tower::{Layer, ServiceExt, service_fn};

use super::{
    answers::{GRPC, head},
    called::{CALLS, called},
};
use crate::server_meters::{Point, ServerMeters};

/// A server that answers each call with the status that its method begins with; an answer with `OK` has a
/// head of its own.
async fn obey(request: Request<Body>) -> Result<Response, Infallible> {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default();
    let status = method.split('-').next().unwrap_or_default();
    Ok(head(200, &[GRPC, ("grpc-status", status)]).body(Body::empty()).unwrap())
}

async fn send(layer: &ServerLayer, path: &str) {
    let request = Request::post(path).header("content-type", "application/grpc");
    let request = request.body(Body::empty()).unwrap();
    let response = layer.layer(service_fn(obey)).oneshot(request).await.unwrap();
    drop(response.into_body().collect().await);
}

fn named(points: &[Point]) -> usize {
    let mut names: Vec<_> = points.iter().filter_map(|point| point.get("rpc.method")).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().filter(|name| **name != "_OTHER").count()
}

fn folded(meters: &ServerMeters) -> i64 {
    let folded = meters.of("kymo.cardinality.folded");
    let of_methods = folded.iter().filter(|point| {
        point.get("kymo.cardinality.attribute") == Some("rpc.method")
            && point.get("kymo.cardinality.metric") == Some(CALLS)
    });
    of_methods.map(|point| point.count).sum()
}

#[tokio::test]
async fn a_hundred_thousand_methods_that_there_are_not_are_one_series() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for n in 0..100_000 {
        send(&layer, &format!("/test.Books/12-{n}")).await;
    }
    let unimplemented = Some("UNIMPLEMENTED");
    let points = meters.of(CALLS);
    assert_eq!(called(&points), [("_OTHER", unimplemented, unimplemented, 100_000)]);
    assert_eq!(folded(&meters), 0, "nothing was folded that had a name");
}

/// Who refuses calls before their method is looked up refuses invented ones as well.
#[tokio::test]
async fn methods_that_only_fail_have_no_names_and_leave_the_others_theirs() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for n in 0..1000 {
        for status in [2, 12, 13, 14, 16] {
            send(&layer, &format!("/test.Books/{status}-{n}")).await;
        }
        for status in [302, 400, 401, 404, 413, 415, 429, 500, 503] {
            refuse(&layer, &format!("/reset/secret-{n}"), status).await;
        }
        hang_up(&layer, &format!("/reset/secret-{n}"));
    }
    let points = meters.of(CALLS);
    assert_eq!((named(&points), folded(&meters)), (0, 0), "{points:#?}");
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 1000 * (5 + 9 + 1));
    // Each that works has its name, and its errors.
    for n in 0..300 {
        obliged(&layer, n, 0).await;
        obliged(&layer, n, 13).await;
    }
    let points = meters.of(CALLS);
    for status in ["OK", "INTERNAL"] {
        let of_status = points.iter().filter(|point| {
            point.get("rpc.method") != Some("_OTHER")
                && point.get("rpc.response.status_code") == Some(status)
        });
        assert_eq!(of_status.count(), 300, "{status}");
    }
    for n in 300..310 {
        obliged(&layer, n, 0).await;
    }
    assert_eq!((named(&meters.of(CALLS)), folded(&meters)), (300, 10));
}

/// A client alone makes each of these of a method that has its name.
#[tokio::test]
async fn what_clients_make_of_known_methods_leaves_room_for_others() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for method in 0..200 {
        obliged(&layer, method, 0).await;
    }
    for method in 0..200 {
        for status in [302, 400, 401, 404, 413, 415, 429] {
            refuse(&layer, &format!("/test.Any/M{method}"), status).await;
        }
        for status in [3, 5, 12, 16] {
            obliged(&layer, method, status).await;
        }
        hang_up(&layer, &format!("/test.Any/M{method}"));
    }
    for method in 200..250 {
        obliged(&layer, method, 0).await;
        obliged(&layer, method, 13).await;
    }
    let points = meters.of(CALLS);
    for status in ["OK", "INTERNAL"] {
        let of_new = points.iter().filter(|point| {
            let method = point.get("rpc.method").and_then(|name| name.strip_prefix("test.Any/M"));
            method.is_some_and(|n| n.parse::<u32>().unwrap() >= 200)
                && point.get("rpc.response.status_code") == Some(status)
        });
        assert_eq!(of_new.count(), 50, "{status}");
    }
}

/// Calls what is refused by HTTP.
async fn refuse(layer: &ServerLayer, path: &str, status: u16) {
    let refuse = move |_: Request<Body>| {
        future::ready(Ok::<_, Infallible>(head(status, &[]).body(Body::empty()).unwrap()))
    };
    let request = Request::post(path).header("content-type", "application/grpc");
    let request = request.body(Body::empty()).unwrap();
    layer.layer(service_fn(refuse)).oneshot(request).await.unwrap();
}

/// Calls, and leaves before there is an answer.
fn hang_up(layer: &ServerLayer, path: &str) {
    let wait = |_: Request<Body>| future::pending::<Result<Response, Infallible>>();
    let request = Request::post(path).header("content-type", "application/grpc");
    let request = request.body(Body::empty()).unwrap();
    let call = layer.layer(service_fn(wait)).oneshot(request);
    assert!(futures_util::FutureExt::now_or_never(call).is_none());
}

/// tonic-web calls any answer gRPC's, be it the page of a fallback; a store gives back what it was sent.
#[tokio::test]
async fn a_body_that_is_called_grpcs_on_its_way_shows_no_method() {
    let (text, web) = ("application/grpc-web-text", "application/grpc-web+proto");
    for (kind, body) in [
        (web, "<html><body>Not here</body></html>"),
        (text, "<html><body>Not here</body></html>"),
        ("application/grpc", "<html><body>Not here</body></html>"),
        ("application/grpc", "\0\0\0\0\x01x"),
        (web, "\0\0\0\0\x01x"),
        (web, "\0\0\0\0\x09x"),
    ] {
        let meters = ServerMeters::new();
        let layer = meters.layer();
        for n in 0..400 {
            let answer = move |_: Request<Body>| {
                let answer = head(200, &[("content-type", kind)]).body(Body::from(body));
                future::ready(Ok::<_, Infallible>(answer.unwrap()))
            };
            let request = Request::post(format!("/evil/{n}")).header("content-type", kind);
            let request = request.body(Body::empty()).unwrap();
            let response = layer.layer(service_fn(answer)).oneshot(request).await.unwrap();
            drop(response.into_body().collect().await);
        }
        let unknown = Some("UNKNOWN");
        let points = meters.of(CALLS);
        assert_eq!(called(&points), [("_OTHER", unknown, unknown, 400)], "{kind} {body}");
        let requests = meters.only("http.server.request.duration");
        assert_eq!((requests.get("error.type"), requests.count), (None, 400), "{kind} {body}");
        obliged(&layer, 0, 0).await;
        assert_eq!((named(&meters.of(CALLS)), folded(&meters)), (1, 0), "{kind} {body}");
    }
}

/// A route says the name of a method only if it is one of gRPC.
#[tokio::test]
async fn a_route_that_does_not_answer_as_grpc_takes_no_place() {
    let meters = ServerMeters::new();
    let refuse = async || head(415, &[]).body(Body::empty()).unwrap();
    let app = (0..400).fold(Router::new(), |app, n| app.route(&format!("/api/r{n}"), post(refuse)));
    let app = app.layer(meters.layer());
    for n in 0..400 {
        let request = Request::post(format!("/api/r{n}")).header("content-type", GRPC.1);
        app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    }
    assert_eq!(called(&meters.of(CALLS)), [("_OTHER", None, None, 400)]);
    assert_eq!(folded(&meters), 0);
}

#[tokio::test]
async fn a_method_keeps_its_name_once_it_is_known() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    let service = |status: &'static str| {
        layer.layer(service_fn(move |_: Request<Body>| {
            let head = head(200, &[GRPC, ("grpc-status", status)]);
            future::ready(Ok::<_, Infallible>(head.body(Body::empty()).unwrap()))
        }))
    };
    let call = || {
        let request = Request::post("/test.Books/Get").header("content-type", "application/grpc");
        request.body(Body::empty()).unwrap()
    };
    for status in ["12", "0", "12"] {
        service(status).oneshot(call()).await.unwrap();
    }
    let unimplemented = Some("UNIMPLEMENTED");
    let expected = [
        ("_OTHER", unimplemented, unimplemented, 1),
        ("test.Books/Get", Some("OK"), None, 1),
        ("test.Books/Get", unimplemented, unimplemented, 1),
    ];
    assert_eq!(called(&meters.of(CALLS)), expected);
}

#[tokio::test]
async fn a_list_of_methods_is_all_there_is() {
    let meters = ServerMeters::new();
    let layer = meters.layer().grpc_methods(["test.Books/0-get", "test.Books/12-buy"]);
    for path in ["/test.Books/0-get", "/test.Books/12-buy", "/test.Books/0-sell"] {
        send(&layer, path).await;
    }
    let unimplemented = Some("UNIMPLEMENTED");
    let expected = [
        ("_OTHER", Some("OK"), None, 1),
        ("test.Books/0-get", Some("OK"), None, 1),
        ("test.Books/12-buy", unimplemented, unimplemented, 1),
    ];
    assert_eq!(called(&meters.of(CALLS)), expected);
}

/// Of a route without a parameter, the program itself says the name.
#[tokio::test]
async fn a_method_with_a_route_of_its_own_is_known_before_its_first_success() {
    let meters = ServerMeters::new();
    let buy = async || head(200, &[GRPC, ("grpc-status", "12")]).body(Body::empty()).unwrap();
    let app = Router::new().route("/test.Books/Buy", post(buy)).layer(meters.layer());
    let request = Request::post("/test.Books/Buy").header("content-type", "application/grpc");
    app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let unimplemented = Some("UNIMPLEMENTED");
    let expected = [("test.Books/Buy", unimplemented, unimplemented, 1)];
    assert_eq!(called(&meters.of(CALLS)), expected);
}

/// A method has one name, wherever its service is nested and wherever the layer is.
#[tokio::test]
async fn a_method_is_called_the_same_below_any_path() {
    let answer = async |headers: HeaderMap| {
        let status = headers.get("x-status").map_or("", |status| status.to_str().unwrap());
        head(200, &[GRPC, ("grpc-status", status)]).body(Body::empty()).unwrap()
    };
    for is_inside in [false, true] {
        let meters = ServerMeters::new();
        let layer = meters.layer();
        let books = Router::new()
            .route("/test.Books/Buy", post(answer))
            .route("/{service}/{method}", post(answer));
        let app = Router::new().route("/v1/x/test.Books/Sell", post(answer));
        let app = if is_inside {
            app.layer(layer.clone()).nest("/api/v2", books.layer(layer))
        } else {
            app.nest("/api/v2", books).layer(layer)
        };
        for (path, status) in [
            ("/api/v2/test.Books/Buy", "12"),
            ("/v1/x/test.Books/Sell", "12"),
            ("/api/v2/test.Books/Lend", "12"),
            ("/api/v2/test.Books/Lend", "0"),
            ("/api/v2/{service}/{method}", "12"),
        ] {
            let request = Request::post(path).header("content-type", GRPC.1);
            let request = request.header("x-status", status).body(Body::empty()).unwrap();
            assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 200);
        }
        let unimplemented = Some("UNIMPLEMENTED");
        let expected = [
            ("_OTHER", unimplemented, unimplemented, 2),
            ("test.Books/Buy", unimplemented, unimplemented, 1),
            ("test.Books/Lend", Some("OK"), None, 1),
            ("test.Books/Sell", unimplemented, unimplemented, 1),
        ];
        assert_eq!(called(&meters.of(CALLS)), expected, "{is_inside}");
    }
}

#[tokio::test]
async fn a_path_that_names_no_method_is_other() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    let long = format!("/test.Books/0-{}", "x".repeat(2000));
    for path in ["/", "/0", "/books/", "//0", &long] {
        send(&layer, path).await;
    }
    let points = meters.of(CALLS);
    assert_eq!(named(&points), 0, "{points:#?}");
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 5);
}

#[tokio::test]
async fn every_status_of_every_method_stays_below_the_limit_of_the_sdk() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for method in 0..700 {
        for status in 0..17 {
            send(&layer, &format!("/test.Books{method}/{status}")).await;
        }
    }
    let points = meters.of(CALLS);
    assert!(points.len() < 1791, "{}", points.len());
    assert!(points.iter().all(|point| point.get("otel.metric.overflow").is_none()));
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 700 * 17);
    for status in ["OK", "INTERNAL", "NOT_FOUND", "UNIMPLEMENTED"] {
        let of_status = points.iter().filter(|p| p.get("rpc.response.status_code") == Some(status));
        assert_eq!(of_status.map(|point| point.count).sum::<i64>(), 700, "{status}");
    }
}

/// Not every server puts the status of a method that it does not know into the head.
#[tokio::test]
async fn a_status_without_any_message_shows_no_method_wherever_it_is() {
    let frame = b"\x80\0\0\0\x0egrpc-status:12";
    let trailers = || {
        let status = ("grpc-status".parse().unwrap(), "12".parse().unwrap());
        Frame::<&'static [u8]>::trailers(HeaderMap::from_iter([status]))
    };
    for is_web in [false, true] {
        let meters = ServerMeters::new();
        let layer = meters.layer();
        let kind = if is_web { "application/grpc-web" } else { "application/grpc" };
        for n in 0..1000 {
            let last = if is_web { Frame::data(&frame[..]) } else { trailers() };
            let empty = Frame::data(&b""[..]);
            let body = StreamBody::new(stream::iter([empty, last].map(Ok::<_, Infallible>)));
            let mut answer = Some(head(200, &[("content-type", kind)]).body(body).unwrap());
            let answer =
                move |_: Request<Body>| future::ready(Ok::<_, Infallible>(answer.take().unwrap()));
            let request = Request::post(format!("/test.Books/M{n}")).header("content-type", kind);
            let request = request.body(Body::empty()).unwrap();
            let response = layer.layer(service_fn(answer)).oneshot(request).await.unwrap();
            drop(response.into_body().collect().await);
        }
        let unimplemented = Some("UNIMPLEMENTED");
        let points = meters.of(CALLS);
        assert_eq!(called(&points), [("_OTHER", unimplemented, unimplemented, 1000)], "{kind}");
    }
}

/// Also of HTTP, where each method is a route; and of those that had answered before, as methods that have
/// only failed so far have no names.
#[tokio::test]
async fn an_error_of_each_known_method_is_seen_whatever_clients_did_before() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route(|head| {
        let path = head.uri.path();
        path.starts_with("/test.Any/").then(|| path.to_owned().into())
    });
    for n in 0..1000 {
        for status in [302, 400, 401, 404, 413, 415, 429, 500, 503] {
            refuse(&layer, &format!("/reset/secret-{n}"), status).await;
        }
        hang_up(&layer, &format!("/reset/secret-{n}"));
    }
    for status in [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16] {
        for method in 0..150 {
            obliged(&layer, method, status).await;
        }
    }
    for status in [302, 400, 401, 404, 413, 415, 429] {
        for method in 0..150 {
            refuse(&layer, &format!("/test.Any/M{method}"), status).await;
        }
    }
    for method in 0..150 {
        obliged(&layer, method, 13).await;
    }
    for (metric, key) in [(CALLS, "rpc.method"), ("http.server.request.duration", "http.route")] {
        let points = meters.of(metric);
        let internal = points.iter().filter(|p| p.get("error.type") == Some("INTERNAL"));
        let mut names: Vec<_> = internal.filter_map(|point| point.get(key)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 150, "{metric}: {names:?}");
        assert!(!names.contains(&"_OTHER"), "{metric}");
        assert!(points.len() < 1791, "{metric}: {}", points.len());
    }
}

/// Calls a method that ends with any status.
async fn obliged(layer: &ServerLayer, method: usize, status: usize) {
    let obey = move |_: Request<Body>| {
        let head = head(200, &[GRPC, ("grpc-status", &status.to_string())]);
        future::ready(Ok::<_, Infallible>(head.body(Body::empty()).unwrap()))
    };
    let request = Request::post(format!("/test.Any/M{method}"));
    let request = request.header("content-type", "application/grpc").body(Body::empty()).unwrap();
    let response = layer.layer(service_fn(obey)).oneshot(request).await.unwrap();
    drop(response.into_body().collect().await);
}
