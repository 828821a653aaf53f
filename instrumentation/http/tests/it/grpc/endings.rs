//! Code that unwinds while a call is looked at.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, http::Request};
use bytes::Buf;
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

struct OpaqueBody;

impl http_body::Body for OpaqueBody {
    type Data = Opaque;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Opaque>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Opaque))))
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

#[tokio::test]
async fn data_that_unwinds_when_it_is_looked_at_is_a_panic() {
    let meters = ServerMeters::new();
    let service = service_fn(async |_: Request<Body>| {
        let response = Response::builder().header("content-type", "application/grpc-web");
        Ok::<_, Infallible>(response.body(OpaqueBody).unwrap())
    });
    let mut body = meters.layer().layer(service).oneshot(request()).await.unwrap().into_body();
    tokio::spawn(async move { body.frame().await.is_some() }).await.unwrap_err();
    let panic = Some("panic");
    assert_eq!(the_call(&meters).await, call("_OTHER", None, panic, panic));
}
