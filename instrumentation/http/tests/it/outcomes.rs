//! However a request ends, it is counted once.

use std::{
    convert::Infallible,
    future::{self, Future},
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{Router, body::Body, http::Request, response::Response, routing::get};
use http::StatusCode;
use http_body_util::BodyExt;
use kymo_http::HandlerLayer;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::timeout::ResponseBodyTimeoutLayer;

use crate::server_meters::ServerMeters;

fn request() -> Request<Body> {
    Request::get("/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_success_is_counted_once_without_an_error_type() {
    let meters = ServerMeters::new();
    let app: Router = Router::new().route("/", get(async || "Dune")).layer(meters.layer());
    let body = app.oneshot(request()).await.unwrap().into_body();
    assert_eq!(meters.active(), 1, "until the body has ended");
    body.collect().await.unwrap();
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), None);
    assert_eq!(point.get("http.response.status_code"), Some("200"));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_server_error_has_its_status_as_error_type_and_a_client_error_has_none() {
    for (status, error) in [(500, Some("500")), (503, Some("503")), (404, None), (499, None)] {
        let meters = ServerMeters::new();
        let status = StatusCode::from_u16(status).unwrap();
        let app = Router::new().route("/", get(async move || status)).layer(meters.layer());
        drop(app.oneshot(request()).await.unwrap());
        let point = meters.the_request();
        assert_eq!(point.get("error.type"), error);
        assert_eq!(point.get("http.response.status_code"), Some(status.as_str()));
    }
}

#[tokio::test]
async fn a_service_that_fails_is_counted_without_a_status() {
    let meters = ServerMeters::new();
    let failing =
        service_fn(async |_: Request<Body>| Err::<Response, BoxError>("disk 7 full".into()));
    let error = meters.layer().layer(failing).oneshot(request()).await.unwrap_err();
    assert_eq!(error.to_string(), "disk 7 full");
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("_OTHER"));
    assert_eq!(point.get("http.response.status_code"), None);
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_time_out_layer_inside_reads_as_a_time_out() {
    let meters = ServerMeters::new();
    let service = ServiceBuilder::new()
        .layer(meters.layer())
        .timeout(Duration::from_millis(5))
        .service_fn(async |_: Request<Body>| future::pending::<Result<Response, BoxError>>().await);
    service.oneshot(request()).await.unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("timeout"));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_future_dropped_before_or_after_its_first_poll_is_a_cancellation() {
    for polls in [0, 1] {
        let meters = ServerMeters::new();
        let pending =
            service_fn(|_: Request<Body>| future::pending::<Result<Response, Infallible>>());
        let mut call = Box::pin(meters.layer().layer(pending).call(request()));
        for _ in 0..polls {
            future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
        }
        assert_eq!(meters.active(), 1);
        drop(call);
        assert_eq!(meters.the_request().get("error.type"), Some("cancelled"));
        assert_eq!(meters.active(), 0);
    }
}

#[tokio::test]
async fn a_body_dropped_before_its_end_is_a_cancellation() {
    let meters = ServerMeters::new();
    let app =
        Router::new().route("/", get(async || Body::from_stream(endless()))).layer(meters.layer());
    let mut body = app.oneshot(request()).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("cancelled"));
    assert_eq!(point.get("http.response.status_code"), Some("200"));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_panic_in_call_in_the_future_or_in_the_body_is_a_panic() {
    let in_call = service_fn(|_: Request<Body>| -> future::Ready<Result<Response, Infallible>> {
        panic!("in call, on purpose")
    });
    let in_future = service_fn(async |_: Request<Body>| -> Result<Response, Infallible> {
        panic!("on purpose")
    });
    let in_body = service_fn(async |_: Request<Body>| {
        let panicking =
            futures_util::stream::poll_fn(|_| -> Poll<Option<Result<&str, io::Error>>> {
                panic!("in the body, on purpose")
            });
        Ok::<_, Infallible>(Response::new(Body::from_stream(panicking)))
    });
    let meters = [(); 3].map(|()| ServerMeters::new());
    let call = meters[0].layer().layer(in_call);
    tokio::spawn(async { call.oneshot(request()).await }).await.unwrap_err();
    tokio::spawn(meters[1].layer().layer(in_future).oneshot(request())).await.unwrap_err();
    let mut body = meters[2].layer().layer(in_body).oneshot(request()).await.unwrap().into_body();
    tokio::spawn(async move { body.frame().await.is_some() }).await.unwrap_err();
    for (meters, status) in meters.iter().zip([None, None, Some("200")]) {
        let point = meters.the_request();
        assert_eq!(point.get("error.type"), Some("panic"));
        assert_eq!(point.get("http.response.status_code"), status);
        assert_eq!(meters.active(), 0);
    }
}

#[tokio::test]
async fn a_body_that_fails_is_a_body_error_or_a_time_out() {
    for (kind, expected) in
        [(io::ErrorKind::BrokenPipe, "body_error"), (io::ErrorKind::TimedOut, "timeout")]
    {
        let meters = ServerMeters::new();
        let failing = move || {
            let frames = [Ok("Dune"), Err(io::Error::from(kind))];
            Body::from_stream(futures_util::stream::iter(frames))
        };
        let app = Router::new().route("/", get(async move || failing())).layer(meters.layer());
        app.oneshot(request()).await.unwrap().into_body().collect().await.unwrap_err();
        assert_eq!(meters.the_request().get("error.type"), Some(expected));
    }
}

#[tokio::test]
async fn a_server_error_stays_that_when_its_body_is_dropped() {
    let meters = ServerMeters::new();
    let app = Router::new()
        .route("/", get(async || (StatusCode::BAD_GATEWAY, Body::from_stream(endless()))))
        .layer(meters.layer());
    drop(app.oneshot(request()).await.unwrap());
    assert_eq!(meters.the_request().get("error.type"), Some("502"));
}

#[tokio::test]
async fn a_panic_in_what_a_body_says_of_itself_is_a_panic() {
    struct Boastful;
    impl http_body::Body for Boastful {
        type Data = axum::body::Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Infallible>>> {
            Poll::Pending
        }
        fn is_end_stream(&self) -> bool {
            panic!("on purpose")
        }
    }
    let meters = ServerMeters::new();
    let boasting =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Boastful)));
    let call = meters.layer().layer(boasting).oneshot(request());
    tokio::spawn(async { drop(call.await) }).await.unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("panic"));
}

#[tokio::test]
async fn a_panic_in_a_route_of_ones_own_is_counted() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route(|_| panic!("on purpose"));
    let app = Router::new().route("/", get(async || ())).layer(layer);
    tokio::spawn(app.oneshot(request())).await.unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("panic"));
    assert_eq!(meters.active(), 0);
}

fn endless() -> impl futures_util::Stream<Item = Result<&'static str, Infallible>> {
    futures_util::stream::repeat(Ok("chunk"))
}

/// Unwinds when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("on purpose"));
    }
}

/// Never ends, and unwinds when it is dropped.
async fn armed() -> Result<Response, Infallible> {
    let _bomb = Bomb;
    future::pending().await
}

/// Is ready at once, and unwinds when it is dropped after that.
struct Late(Bomb);

impl Future for Late {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(Response::new(Body::from("Dune"))))
    }
}

#[tokio::test]
async fn a_future_that_has_answered_is_the_callers_to_poll_and_to_drop() {
    let meters = ServerMeters::new();
    let mut service = meters.layer().layer(service_fn(|_: Request<Body>| Late(Bomb)));
    let mut call = Box::pin(service.call(request()));
    for _ in 0..2 {
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_ready(), "this one answers each time");
    }
    assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err(), "as it does alone");
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("cancelled"), "nobody read the first body");
    assert_eq!(meters.active(), 0);

    let mut service = meters.layer().layer(service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    let mut call = Box::pin(service.call(request()));
    let mut poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    assert!(poll());
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err(), "as it does alone");
}

fn armed_body() -> Body {
    let bomb = Bomb;
    Body::from_stream(futures_util::stream::poll_fn(move |_| {
        let _armed = &bomb;
        Poll::<Option<Result<&str, io::Error>>>::Pending
    }))
}

/// Polls `future` once and drops it; whether that unwound.
fn drops_unwinding(future: impl Future) -> bool {
    let mut future = Box::pin(future);
    let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    catch_unwind(AssertUnwindSafe(|| drop(future))).is_err()
}

#[tokio::test]
async fn what_unwinds_while_it_is_dropped_is_a_panic() {
    let meters = ServerMeters::new();
    let service = meters.layer().layer(service_fn(async |_: Request<Body>| armed().await));
    assert!(drops_unwinding(service.oneshot(request())));
    assert_eq!(meters.the_request().get("error.type"), Some("panic"));
    assert_eq!(meters.active(), 0);

    let meters = ServerMeters::new();
    let service = meters.layer().any_body().layer(service_fn(async |_| armed().await));
    assert!(drops_unwinding(service.oneshot(request())));
    assert_eq!(meters.the_request().get("error.type"), Some("panic"));

    // Without a first poll, what the future already holds is dropped all the same.
    let meters = ServerMeters::new();
    let mut service = meters.layer().layer(service_fn(|_: Request<Body>| {
        let bomb = Bomb;
        async move {
            let _bomb = bomb;
            future::pending::<Result<Response, Infallible>>().await
        }
    }));
    let unpolled = service.call(request());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(unpolled))).is_err());
    assert_eq!(meters.the_request().get("error.type"), Some("panic"));

    let meters = ServerMeters::new();
    let app = Router::new().route("/", get(async || armed_body())).layer(meters.layer());
    let body = app.oneshot(request()).await.unwrap().into_body();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(body))).is_err());
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("panic"));
    assert_eq!(point.get("http.response.status_code"), Some("200"));
    assert_eq!(meters.active(), 0);

    let meters = ServerMeters::new();
    let layer = HandlerLayer::new(&meters.provider);
    let service = layer.layer(service_fn(async |_: Request<Body>| armed().await));
    assert!(drops_unwinding(service.oneshot(request())));
    assert_eq!(meters.only("kymo.http.server.handler.duration").count, 1);
}

#[tokio::test]
async fn what_is_dropped_because_something_else_unwinds_is_a_cancellation() {
    let meters = ServerMeters::new();
    let pending = service_fn(async |_: Request<Body>| {
        future::pending::<Result<Response, Infallible>>().await
    });
    let mut exchange = Box::pin(meters.layer().layer(pending).oneshot(request()));
    let _ = exchange.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let unwinding = catch_unwind(AssertUnwindSafe(move || {
        let _exchange = exchange;
        resume_unwind(Box::new("something else"));
    }));
    assert!(unwinding.is_err());
    assert_eq!(meters.the_request().get("error.type"), Some("cancelled"));

    let meters = ServerMeters::new();
    let stalled = || Body::from_stream(futures_util::stream::pending::<Result<&str, io::Error>>());
    let app = Router::new().route("/", get(async move || stalled())).layer(meters.layer());
    let body = app.oneshot(request()).await.unwrap().into_body();
    let unwinding = catch_unwind(AssertUnwindSafe(move || {
        let _body = body;
        resume_unwind(Box::new("something else"));
    }));
    assert!(unwinding.is_err());
    assert_eq!(meters.the_request().get("error.type"), Some("cancelled"));
}

#[tokio::test]
async fn every_time_out_of_this_field_is_one_in_the_service_and_in_the_body() {
    let stalled = || Body::from_stream(futures_util::stream::pending::<Result<&str, io::Error>>());
    let meters = ServerMeters::new();
    let app = Router::new()
        .route("/", get(async move || stalled()))
        .layer(ResponseBodyTimeoutLayer::new(Duration::from_millis(5)))
        .layer(meters.layer());
    app.oneshot(request()).await.unwrap().into_body().collect().await.unwrap_err();
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("timeout"));
    assert_eq!(point.get("http.response.status_code"), Some("200"));

    // Not axum's body: tower-http's own error, boxed once.
    let meters = ServerMeters::new();
    let service = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(ResponseBodyTimeoutLayer::new(Duration::from_millis(5)))
        .service_fn(move |_: Request<Body>| {
            future::ready(Ok::<_, Infallible>(Response::new(stalled())))
        });
    let body = service.oneshot(request()).await.unwrap().into_body();
    std::pin::pin!(body).frame().await.unwrap().unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("timeout"));

    let meters = ServerMeters::new();
    let slow = async |_: Request<Body>| {
        let never = future::pending::<Response>();
        tokio::time::timeout(Duration::from_millis(5), never).await
    };
    meters.layer().layer(service_fn(slow)).oneshot(request()).await.unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("timeout"));

    let meters = ServerMeters::new();
    let elapsed = async || {
        let never = tokio::time::timeout(Duration::from_millis(5), future::pending::<&str>());
        Body::from_stream(futures_util::stream::once(never))
    };
    let app = Router::new().route("/", get(elapsed)).layer(meters.layer());
    app.oneshot(request()).await.unwrap().into_body().collect().await.unwrap_err();
    assert_eq!(meters.the_request().get("error.type"), Some("timeout"));
}
