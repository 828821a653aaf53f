//! A request that passes two layers waits once.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    task::Poll,
};

use axum::{
    Router,
    body::Body,
    error_handling::HandleError,
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use kymo_http::HandlerLayer;
use tower::{
    BoxError, Layer, Service, ServiceExt, service_fn,
    util::{BoxCloneSyncService, MapResponseLayer},
};

use crate::{
    gate::{Fate, gate, request},
    server_meters::ServerMeters,
};

const HANDLER: &str = "kymo.http.server.handler.duration";

/// Sends a request, which gives up as soon as it has to wait twice; whether the service unwound.
async fn unwinds<S: Service<Request<Body>>>(meters: &ServerMeters, service: S) -> bool {
    let mut answer = Box::pin(service.oneshot(request()));
    let mut is_over = Ok(false);
    for _ in 0..3 {
        let poll = poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx).is_ready()));
        is_over = AssertUnwindSafe(poll).catch_unwind().await;
        if !matches!(is_over, Ok(false)) {
            break;
        }
        assert_eq!(meters.active(), 1, "it waits");
    }
    is_over.is_err()
}

type Inner = BoxCloneSyncService<Request<Body>, Response, BoxError>;

/// A gate inside a layer of each kind.
fn layered(meters: &ServerMeters, shut_for: usize, fate: Fate) -> [Inner; 2] {
    let gate = HandlerLayer::new(&meters.provider).layer(gate(shut_for, fate));
    let boxed = MapResponseLayer::new(IntoResponse::into_response);
    [
        BoxCloneSyncService::new((boxed.clone(), meters.layer()).layer(gate.clone())),
        BoxCloneSyncService::new((boxed, meters.layer().any_body()).layer(gate)),
    ]
}

/// A router is always ready, and asks what is inside it while it answers.
#[tokio::test]
async fn a_request_that_waits_inside_a_router_is_counted_by_the_layer_around_it() {
    for (shut_for, fate, error) in [
        (usize::MAX, Fate::Answer, "cancelled"),
        (0, Fate::Refuse, "500"),
        (2, Fate::Refuse, "500"),
        (0, Fate::Panic, "panic"),
        (2, Fate::Panic, "panic"),
    ] {
        for kind in 0..2 {
            let meters = ServerMeters::new();
            let [this, that] = layered(&meters, shut_for, fate);
            let inner = if kind == 0 { this } else { that };
            let refusal = async |_| StatusCode::INTERNAL_SERVER_ERROR;
            let router = Router::new().route_service("/books/7", HandleError::new(inner, refusal));
            let around = (meters.layer(), HandlerLayer::new(&meters.provider));
            assert_eq!(unwinds(&meters, around.layer(router)).await, fate == Fate::Panic);
            let point = meters.the_request();
            assert_eq!(point.get("error.type"), Some(error));
            assert_eq!(point.get("http.request.method"), Some("GET"));
            assert_eq!(meters.only(HANDLER).count, 1);
            assert_eq!(meters.active(), 0);
        }
    }
}

/// A request that the outer layer skips is not its own, so the wait is that of the inner layer.
#[tokio::test]
async fn a_request_that_waits_inside_a_router_is_counted_where_the_layer_around_it_skips_it() {
    let meters = ServerMeters::new();
    let [inner, _] = layered(&meters, usize::MAX, Fate::Answer);
    let refusal = async |_| StatusCode::INTERNAL_SERVER_ERROR;
    let router = Router::new().route_service("/books/7", HandleError::new(inner, refusal));
    assert!(!unwinds(&meters, meters.layer().skip(|_| true).layer(router)).await);
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some("cancelled"));
    assert_eq!(point.get("http.request.method"), Some("_OTHER"));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_measured_request_within_another_leaves_that_one_the_outermost() {
    for fate in [Fate::Answer, Fate::Panic] {
        let meters = ServerMeters::new();
        let [open, _] = layered(&meters, 0, fate);
        let [shut, _] = layered(&meters, usize::MAX, Fate::Answer);
        let service = service_fn(move |request: Request<Body>| {
            let (open, shut) = (open.clone(), shut.clone());
            async move {
                let another = open.oneshot(Request::put("/").body(Body::empty()).unwrap());
                drop(AssertUnwindSafe(another).catch_unwind().await);
                shut.oneshot(request).await
            }
        });
        let around = (meters.layer(), HandlerLayer::new(&meters.provider));
        assert!(!unwinds(&meters, around.layer(service)).await);
        let points = meters.of("http.server.request.duration");
        let cancelled: Vec<_> =
            points.iter().filter(|point| point.get("error.type") == Some("cancelled")).collect();
        assert_eq!((cancelled.len(), cancelled[0].count), (1, 1), "{points:#?}");
        assert_eq!(cancelled[0].get("http.request.method"), Some("GET"));
        assert_eq!(meters.active(), 0);
    }
}
