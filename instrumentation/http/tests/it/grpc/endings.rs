//! Code that unwinds while a call is looked at.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, http::Request};
use bytes::Buf;
use futures_util::FutureExt;
use http::Response;
use http_body::Frame;
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};

use super::{
    answers::request,
    called::{call, the_call},
};
use crate::server_meters::ServerMeters;

/// Data that unwinds when it is looked at.
struct Opaque;

impl Buf for Opaque {
    fn remaining(&self) -> usize {
        1
    }

    fn chunk(&self) -> &[u8] {
        panic!("on purpose")
    }

    fn advance(&mut self, _: usize) {}
}

/// Ends after the first frame.
#[derive(Default)]
struct OpaqueBody {
    has_begun: bool,
}

impl http_body::Body for OpaqueBody {
    type Data = Opaque;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Opaque>, Infallible>>> {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        Poll::Ready(is_first.then(|| Ok(Frame::data(Opaque))))
    }
}

#[tokio::test]
async fn a_panic_in_a_route_of_ones_own_is_a_panic_of_the_call() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route(|_| panic!("on purpose"));
    let service =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    tokio::spawn(layer.layer(service).oneshot(request())).await.unwrap_err();
    let panic = Some("panic");
    assert_eq!(the_call(&meters).await, call("_OTHER", None, panic, panic));
}

/// Be it that somebody catches it, and goes on.
#[tokio::test]
async fn data_that_unwinds_when_it_is_looked_at_is_a_panic() {
    for goes_on in [false, true] {
        let meters = ServerMeters::new();
        let service = service_fn(async |_: Request<Body>| {
            let response = Response::builder().header("content-type", "application/grpc-web");
            Ok::<_, Infallible>(response.body(OpaqueBody::default()).unwrap())
        });
        let response = meters.layer().layer(service).oneshot(request()).await.unwrap();
        let mut body = response.into_body();
        catch_unwind(AssertUnwindSafe(|| body.frame().now_or_never().is_some())).unwrap_err();
        if goes_on {
            assert!(body.frame().await.is_none());
        }
        drop(body);
        let panic = Some("panic");
        assert_eq!(the_call(&meters).await.2.as_deref(), panic, "{goes_on}");
        assert_eq!(meters.the_request().get("error.type"), panic, "{goes_on}");
    }
}
