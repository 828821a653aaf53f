//! However a request ends, it is counted once.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::{self, Future},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
    time::Duration,
};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use kymo_testing::laws::Trap;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use crate::client_meters::{ClientMeters, end};

fn request() -> Request<Body> {
    Request::get("http://books.internal/7").body(Body::empty()).unwrap()
}

fn endless() -> Body {
    Body::from_stream(futures_util::stream::repeat(Ok::<_, Infallible>("chunk")))
}

/// A client that is always answered with `body`.
fn answered(
    status: u16,
    body: fn() -> Body,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone
{
    service_fn(move |_: Request<Body>| {
        let mut response = Response::new(body());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        future::ready(Ok(response))
    })
}

#[tokio::test]
async fn a_success_is_counted_once_when_its_body_has_ended() {
    let meters = ClientMeters::new();
    let client = meters.layer().layer(answered(200, || Body::from("Dune")));
    let body = client.oneshot(request()).await.unwrap().into_body();
    assert_eq!(meters.active(), 1, "until the body has ended");
    body.collect().await.unwrap();
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), None);
    assert_eq!(point.get("http.request.method"), Some("GET"));
    assert_eq!(point.get("http.response.status_code"), Some("200"));
    assert_eq!(point.get("server.address"), Some("books.internal"));
    assert_eq!(point.get("server.port"), Some("80"));
    assert_eq!(point.get("network.protocol.version"), Some("1.1"));
    assert_eq!(point.get("url.scheme"), None, "nobody asked for it");
    assert_eq!(point.get("url.template"), None);
}

#[tokio::test]
async fn an_error_is_a_status_of_4xx_or_5xx_whatever_becomes_of_its_body() {
    for (status, error) in
        [(200, None), (302, None), (404, Some("404")), (499, Some("499")), (503, Some("503"))]
    {
        for read in [false, true] {
            let meters = ClientMeters::new();
            let client = meters.layer().layer(answered(status, endless));
            let mut body = client.oneshot(request()).await.unwrap().into_body();
            if read && error.is_some() {
                body.frame().await.unwrap().unwrap();
            }
            drop(body);
            assert_eq!(meters.the_end(), end(error, Some(&status.to_string())), "{read}");
        }
    }
}

#[tokio::test]
async fn a_body_that_nobody_asks_for_is_no_cancellation_and_takes_no_time() {
    let meters = ClientMeters::new();
    let client = meters.layer().layer(answered(200, endless));
    let response = client.oneshot(request()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(meters.active(), 1, "the body may still be asked for");
    drop(response);
    assert_eq!(meters.the_end(), end(None, Some("200")));
    let snapshot = meters.snapshot();
    snapshot.histogram("http.client.request.duration").assert_at_most(0.25, 1);
}

#[tokio::test]
async fn a_body_that_is_dropped_after_it_was_read_in_part_is_a_cancellation() {
    let meters = ClientMeters::new();
    let client = meters.layer().layer(answered(200, endless));
    let mut body = client.oneshot(request()).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(meters.the_end(), end(Some("cancelled"), Some("200")));

    let meters = ClientMeters::new();
    let silent = || Body::from_stream(futures_util::stream::pending::<Result<&str, Infallible>>());
    let client = meters.layer().layer(answered(200, silent));
    let body = client.oneshot(request()).await.unwrap().into_body();
    tokio::time::timeout(Duration::from_millis(5), body.collect()).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("cancelled"), Some("200")), "asked for in vain");
}

#[tokio::test]
async fn a_body_of_which_all_was_read_may_be_dropped_before_its_end() {
    let meters = ClientMeters::new();
    let frames = || futures_util::stream::iter([Ok::<_, Infallible>("Du"), Ok("ne")]);
    let client = service_fn(move |_: Request<Body>| {
        let response = Response::builder().header("content-length", "4");
        future::ready(response.body(Body::from_stream(frames())))
    });
    let mut body = meters.layer().layer(client).oneshot(request()).await.unwrap().into_body();
    for _ in 0..2 {
        body.frame().await.unwrap().unwrap();
    }
    drop(body);
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

#[tokio::test]
async fn a_body_that_ends_before_what_was_promised_is_a_body_error() {
    let meters = ClientMeters::new();
    let client = service_fn(|_: Request<Body>| {
        let response = Response::builder().header("content-length", "100");
        future::ready(response.body(Body::from_stream(futures_util::stream::iter([Ok::<
            _,
            Infallible,
        >(
            "Dune"
        )]))))
    });
    let response = meters.layer().layer(client).oneshot(request()).await.unwrap();
    response.into_body().collect().await.unwrap();
    assert_eq!(meters.the_end(), end(Some("body_error"), Some("200")));
}

#[tokio::test]
async fn a_future_dropped_before_or_after_its_first_poll_is_a_cancellation() {
    for polls in [0, 1] {
        let meters = ClientMeters::new();
        let pending =
            service_fn(|_: Request<Body>| future::pending::<Result<Response<Body>, Infallible>>());
        let mut call = Box::pin(meters.layer().layer(pending).call(request()));
        for _ in 0..polls {
            future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
        }
        assert_eq!(meters.active(), 1);
        drop(call);
        assert_eq!(meters.the_end(), end(Some("cancelled"), None));
    }
}

#[tokio::test]
async fn a_panic_in_call_in_the_future_in_the_body_or_while_they_are_dropped_is_a_panic() {
    type Answer = Result<Response<Body>, Infallible>;
    let meters = [(); 5].map(|()| ClientMeters::new());
    let in_call =
        service_fn(|_: Request<Body>| -> future::Ready<Answer> { panic!("in call, on purpose") });
    let in_future = service_fn(async |_: Request<Body>| -> Answer { panic!("on purpose") });
    let in_body = answered(200, || {
        Body::from_stream(futures_util::stream::poll_fn(|_| -> Poll<Option<io::Result<&str>>> {
            panic!("in the body, on purpose")
        }))
    });
    let in_drop = service_fn(async |_: Request<Body>| -> Answer {
        let _trap = Trap;
        future::pending().await
    });
    let in_drop_of_body = answered(200, || {
        let trap = Trap;
        Body::from_stream(futures_util::stream::poll_fn(
            move |_| -> Poll<Option<io::Result<&str>>> {
                let _ = &trap;
                Poll::Pending
            },
        ))
    });
    let mut call = meters[0].layer().layer(in_call);
    catch_unwind(AssertUnwindSafe(|| drop(call.call(request())))).unwrap_err();
    tokio::spawn(meters[1].layer().layer(in_future).oneshot(request())).await.unwrap_err();
    let mut body = meters[2].layer().layer(in_body).oneshot(request()).await.unwrap().into_body();
    tokio::spawn(async move { body.frame().await.is_some() }).await.unwrap_err();
    kymo_testing::laws::unwind_in_drop(meters[3].layer().layer(in_drop).oneshot(request())).await;
    let response = meters[4].layer().layer(in_drop_of_body).oneshot(request()).await.unwrap();
    catch_unwind(AssertUnwindSafe(|| drop(response))).unwrap_err();
    for (meters, status) in meters.iter().zip([None, None, Some("200"), None, Some("200")]) {
        assert_eq!(meters.the_end(), end(Some("panic"), status));
    }
}

#[tokio::test]
async fn a_body_that_fails_is_a_body_error_or_a_time_out() {
    for (kind, expected) in
        [(io::ErrorKind::ConnectionReset, "body_error"), (io::ErrorKind::TimedOut, "timeout")]
    {
        let meters = ClientMeters::new();
        let client = service_fn(move |_: Request<Body>| {
            let frames = [Ok("Dune"), Err(io::Error::from(kind))];
            let body = Body::from_stream(futures_util::stream::iter(frames));
            future::ready(Ok::<_, Infallible>(Response::new(body.map_err(BoxError::from))))
        });
        let response = meters.layer().layer(client).oneshot(request()).await.unwrap();
        response.into_body().collect().await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some(expected), Some("200")));
    }
}

#[tokio::test]
async fn a_time_out_layer_inside_reads_as_a_time_out() {
    let meters = ClientMeters::new();
    let client =
        ServiceBuilder::new().layer(meters.layer()).timeout(Duration::from_millis(5)).service_fn(
            async |_: Request<Body>| future::pending::<Result<Response<Body>, BoxError>>().await,
        );
    client.oneshot(request()).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("timeout"), None));
}

/// An error of a client of one's own.
#[derive(Debug)]
struct Own(io::Error);

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("user 4711 could not be asked")
    }
}

impl Error for Own {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test]
async fn an_error_of_a_type_of_ones_own_is_read_once_the_layer_knows_it() {
    for (kind, expected) in [
        (io::ErrorKind::ConnectionRefused, "connection_error"),
        (io::ErrorKind::ConnectionReset, "response_ended"),
        (io::ErrorKind::TimedOut, "timeout"),
        (io::ErrorKind::StorageFull, "_OTHER"),
    ] {
        let failing = service_fn(move |_: Request<Body>| {
            future::ready(Err::<Response<Body>, _>(Own(io::Error::from(kind))))
        });
        let meters = ClientMeters::new();
        meters.layer().layer(failing).oneshot(request()).await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some("_OTHER"), None));

        let meters = ClientMeters::new();
        let layer = meters.layer().reads_errors::<Own>();
        layer.layer(failing).oneshot(request()).await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some(expected), None), "{kind}");

        let meters = ClientMeters::new();
        let boxed = failing.map_err(BoxError::from);
        meters.layer().layer(boxed).oneshot(request()).await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some(expected), None), "{kind}, boxed");
    }
}
