//! Bytes are counted as they pass, and a response ends where its body does.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::Request,
    response::Response,
    routing::{get, post},
};
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;

use crate::server_meters::ServerMeters;

const REQUEST: &str = "http.server.request.body.size";
const RESPONSE: &str = "http.server.response.body.size";

fn chunks(chunks: &'static [&'static str]) -> Body {
    Body::from_stream(futures_util::stream::iter(chunks.iter().map(|c| Ok::<_, Infallible>(*c))))
}

#[tokio::test]
async fn chunked_bodies_are_counted_in_both_directions() {
    let meters = ServerMeters::new();
    let app = Router::new()
        .route(
            "/",
            post(async |body: Bytes| chunks(if body == "abcd" { &["ef", "g"] } else { &[] })),
        )
        .layer(meters.layer());
    let request = Request::post("/").body(chunks(&["ab", "c", "d"])).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!((meters.only(REQUEST).count, meters.only(REQUEST).sum), (1, 4.0));
    assert_eq!((meters.only(RESPONSE).count, meters.only(RESPONSE).sum), (1, 3.0));
}

#[tokio::test]
async fn a_request_body_that_nobody_read_is_empty() {
    let meters = ServerMeters::new();
    let app = Router::new().route("/", post(async || ())).layer(meters.layer());
    let request = Request::post("/").body(Body::from("ignored")).unwrap();
    drop(app.oneshot(request).await.unwrap());
    assert_eq!((meters.only(REQUEST).count, meters.only(REQUEST).sum), (1, 0.0));
}

#[tokio::test]
async fn a_body_cut_short_counts_the_bytes_that_passed() {
    let meters = ServerMeters::new();
    let app =
        Router::new().route("/", get(async || chunks(&["four", "more"]))).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(meters.only(RESPONSE).sum, 4.0);
}

/// A server drops these bodies without polling them: the response was complete at its head.
#[tokio::test]
async fn responses_that_have_no_body_are_complete_at_the_head() {
    for (method, status, body) in [
        (Method::HEAD, StatusCode::OK, "unsent"),
        (Method::GET, StatusCode::NO_CONTENT, "unsent"),
        (Method::GET, StatusCode::NOT_MODIFIED, "unsent"),
        (Method::GET, StatusCode::OK, ""),
    ] {
        let meters = ServerMeters::new();
        let service = tower::service_fn(move |_: Request<_>| {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            std::future::ready(Ok::<_, Infallible>(response))
        });
        let request = Request::builder().method(&method).body(Body::empty()).unwrap();
        let service = tower::Layer::layer(&meters.layer(), service);
        drop(service.oneshot(request).await.unwrap());
        let point = meters.the_request();
        assert_eq!(point.get("error.type"), None, "{method} {status}");
        assert_eq!(meters.only(RESPONSE).sum, 0.0, "{method} {status}");
    }
}

/// hyper drops a body of known length as soon as it has all of it, without asking for its end.
#[tokio::test]
async fn a_body_of_known_length_is_complete_once_all_of_it_passed() {
    let declared = || async {
        let mut response = Response::new(chunks(&["four"]));
        response.headers_mut().insert("content-length", "4".parse().unwrap());
        response
    };
    let meters = ServerMeters::new();
    let app = Router::new().route("/", get(declared)).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(meters.the_request().get("error.type"), None);
}

#[tokio::test]
async fn trailers_pass_and_end_the_response() {
    let meters = ServerMeters::new();
    let with_trailers = || async {
        let trailers =
            HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
        let frames = [Frame::data(Bytes::from("Dune")), Frame::trailers(trailers)];
        let frames = frames.into_iter().map(Ok::<_, Infallible>);
        Response::new(Body::new(StreamBody::new(futures_util::stream::iter(frames))))
    };
    let app = Router::new().route("/", get(with_trailers)).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "Dune");
    let trailers = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(trailers["grpc-status"], "0");
    assert_eq!(meters.the_request().get("error.type"), None, "before the body is dropped");
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn an_empty_body_that_owes_trailers_is_not_complete_before_them() {
    let meters = ServerMeters::new();
    let owing = async || {
        let frames = futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>();
        let mut response = Response::new(Body::new(StreamBody::new(frames)));
        response.headers_mut().insert("content-length", "0".parse().unwrap());
        response
    };
    let app = Router::new().route("/", get(owing)).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = http_body::Body::poll_frame(std::pin::Pin::new(&mut body), &mut cx);
    assert!(polled.is_pending());
    drop(body);
    assert_eq!(meters.the_request().get("error.type"), Some("cancelled"));
}

#[tokio::test]
async fn a_stream_lasts_until_its_last_byte() {
    const PAUSE: Duration = Duration::from_millis(20);
    let meters = ServerMeters::new();
    let slow = async || {
        let chunks = futures_util::stream::iter(["four", "more"]).then(async |chunk| {
            tokio::time::sleep(PAUSE).await;
            Ok::<_, Infallible>(chunk)
        });
        Body::from_stream(chunks)
    };
    let app = Router::new().route("/", get(slow)).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    let whole = meters.the_request().sum;
    assert!(whole >= 2.0 * PAUSE.as_secs_f64(), "{whole}");
    assert_eq!(meters.only(RESPONSE).sum, 8.0);
}

#[tokio::test]
async fn a_content_length_that_is_no_number_changes_no_answer() {
    for length in ["seven", "-1", "99999999999999999999", ""] {
        let meters = ServerMeters::new();
        let app = Router::new().route("/", post(async |body: Bytes| body)).layer(meters.layer());
        let request = Request::post("/").header("content-length", length);
        let request = request.body(Body::from("four")).unwrap();
        let answer = app.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{length:?}");
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "four");
        assert_eq!(meters.only(REQUEST).sum, 4.0);
    }
}

#[tokio::test]
async fn what_middleware_answers_by_itself_is_counted_with_its_status() {
    let meters = ServerMeters::new();
    let refuse =
        axum::middleware::from_fn(async |_: axum::extract::Request, _: axum::middleware::Next| {
            StatusCode::TOO_MANY_REQUESTS
        });
    let app = Router::new().route("/", get(async || "never")).layer(refuse).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    let refused = meters.the_request();
    assert_eq!(refused.get("http.response.status_code"), Some("429"));
    assert_eq!(refused.get("http.route"), Some("/"));
}

/// `Request<Body>` stays `Request<Body>`, so that middleware which knows only that works.
#[tokio::test]
async fn middleware_of_one_body_type_fits_under_the_layer_in_one_stack() {
    let meters = ServerMeters::new();
    let pass = axum::middleware::from_fn(async |request, next: axum::middleware::Next| {
        next.run(request).await
    });
    let stack = tower::ServiceBuilder::new().layer(meters.layer()).layer(pass);
    let app = Router::new().route("/", post(async |body: Bytes| body)).layer(stack);
    let request = Request::post("/").body(chunks(&["ab", "c"])).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!((meters.only(REQUEST).count, meters.only(REQUEST).sum), (1, 3.0));
}

#[tokio::test]
async fn of_a_body_that_is_not_axums_the_declared_length_is_recorded_or_nothing() {
    for (body, expected) in [
        (http_body_util::Either::Left(http_body_util::Full::from("four")), Some(4.0)),
        (http_body_util::Either::Right(chunks(&["four"])), None),
    ] {
        let meters = ServerMeters::new();
        let read = tower::service_fn(async |request: Request<_>| {
            let body: http_body_util::Either<http_body_util::Full<Bytes>, Body> =
                request.into_body();
            body.collect().await.map(|_| Response::new(Body::empty()))
        });
        let service = tower::Layer::layer(&meters.layer(), read);
        drop(service.oneshot(Request::new(body)).await.unwrap());
        let sizes = meters.of(REQUEST);
        assert_eq!(sizes.first().map(|point| point.sum), expected);
        meters.the_request();
    }
}

/// A response whose head promises `length` bytes.
fn promising(status: StatusCode, length: usize, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert("content-length", length.into());
    response
}

fn short_with_trailers() -> Body {
    let frames = [Frame::data(Bytes::from("four")), Frame::trailers(HeaderMap::new())];
    let frames = frames.into_iter().map(Ok::<_, Infallible>);
    Body::new(StreamBody::new(futures_util::stream::iter(frames)))
}

#[tokio::test]
async fn a_body_that_ends_before_what_its_head_promised_is_a_body_error() {
    let four = || chunks(&["fo", "ur"]);
    let cases = [
        (Method::GET, StatusCode::OK, 4, four as fn() -> Body, None),
        (Method::GET, StatusCode::OK, 100, four, Some("body_error")),
        (Method::GET, StatusCode::NOT_FOUND, 100, four, Some("body_error")),
        (Method::GET, StatusCode::OK, 100, short_with_trailers, Some("body_error")),
        (Method::GET, StatusCode::OK, 100, Body::empty, Some("body_error")),
        (Method::GET, StatusCode::OK, 0, Body::empty, None),
        (Method::GET, StatusCode::INTERNAL_SERVER_ERROR, 100, four, Some("500")),
        (Method::HEAD, StatusCode::OK, 100, Body::empty, None),
        (Method::GET, StatusCode::NOT_MODIFIED, 100, Body::empty, None),
        (Method::GET, StatusCode::NO_CONTENT, 100, Body::empty, None),
    ];
    for (method, status, length, body, error) in cases {
        let meters = ServerMeters::new();
        let answer = move |_: Request<Body>| {
            std::future::ready(Ok::<_, Infallible>(promising(status, length, body())))
        };
        let service = tower::Layer::layer(&meters.layer(), tower::service_fn(answer));
        let request = Request::builder().method(&method).body(Body::empty()).unwrap();
        service.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
        let point = meters.the_request();
        assert_eq!(point.get("error.type"), error, "{method} {status} {length}");
        assert_eq!(point.get("http.response.status_code"), Some(status.as_str()));
    }
}

/// A server sends what was promised and drops the rest.
#[tokio::test]
async fn a_body_of_more_than_was_promised_is_no_cancellation() {
    let meters = ServerMeters::new();
    let answer = async || promising(StatusCode::OK, 3, chunks(&["four", "more"]));
    let app = Router::new().route("/", get(answer)).layer(meters.layer());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(meters.the_request().get("error.type"), None);
}

#[tokio::test]
async fn what_is_compressed_is_not_short() {
    let text = || futures_util::stream::iter([Ok::<_, Infallible>([b'x'; 1000].as_slice()); 8]);
    let answer = async move || promising(StatusCode::OK, 8000, Body::from_stream(text()));
    let meters = [ServerMeters::new(), ServerMeters::new()];
    let app = Router::new()
        .route("/", get(answer))
        .layer(CompressionLayer::new())
        .layer(meters[1].layer());
    let request = Request::get("/").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let sent = response.into_body().collect().await.unwrap().to_bytes().len();
    assert!(sent < 1000);
    assert_eq!(meters[1].the_request().get("error.type"), None);
    assert_eq!(meters[1].only(RESPONSE).sum, sent as f64);
    let app = Router::new()
        .route("/", get(answer))
        .layer(meters[0].layer())
        .layer(CompressionLayer::new());
    let request = Request::get("/").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(meters[0].the_request().get("error.type"), None);
    assert_eq!(meters[0].only(RESPONSE).sum, 8000.0);
}
