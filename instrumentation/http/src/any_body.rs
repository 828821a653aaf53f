//! The layer and the service of request bodies of any type.

use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    ServerLayer,
    future::ResponseFuture,
    request_body::MeasuredRequestBody,
    response_body::MeasuredResponseBody,
    service::{MeasuredService, prepare},
};

/// A [`ServerLayer`] that counts the bytes of request bodies of any type; see
/// [`ServerLayer::any_body`].
#[derive(Debug, Clone)]
pub struct AnyBodyLayer(ServerLayer);

impl AnyBodyLayer {
    pub(crate) fn new(layer: ServerLayer) -> Self {
        Self(layer)
    }
}

impl<S> Layer<S> for AnyBodyLayer {
    type Service = MeasuredAnyBody<S>;

    fn layer(&self, inner: S) -> MeasuredAnyBody<S> {
        MeasuredAnyBody::new(self.0.measure(inner))
    }
}

/// A [`MeasuredService`] that counts the bytes of request bodies of any type; see
/// [`ServerLayer::any_body`](crate::ServerLayer::any_body).
#[derive(Debug, Clone)]
pub struct MeasuredAnyBody<S>(MeasuredService<S>);

impl<S> MeasuredAnyBody<S> {
    pub(crate) fn new(service: MeasuredService<S>) -> Self {
        Self(service)
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for MeasuredAnyBody<S>
where
    S: Service<Request<MeasuredRequestBody<ReqBody>>, Response = Response<ResBody>>,
    S::Error: 'static,
    ReqBody: Body + 'static,
    ResBody: Body,
    ResBody::Error: 'static,
{
    type Response = Response<MeasuredResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.0.arrive(&request) else {
            let request = request.map(MeasuredRequestBody::unmeasured);
            return ResponseFuture::unmeasured(self.0.inner.call(request));
        };
        self.0.warn_of::<ReqBody>(&exchange);
        let bytes = exchange.count_request(request.body());
        let upgrade = prepare(&exchange, &mut request, true);
        let request = request.map(|body| MeasuredRequestBody::measured(body, bytes));
        let running = exchange.enter_untimed();
        // The future stays where it is made: to move it would take longer than to record it.
        let mut future =
            ResponseFuture { inner: Some(self.0.inner.call(request)), exchange: None, upgrade };
        running.leave_untimed();
        future.exchange = Some(exchange);
        future
    }
}
