//! The service of the server layer.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{
    RequestHead,
    body::{MeasuredRequestBody, MeasuredResponseBody},
    exchange::Exchange,
    future::ResponseFuture,
    instruments::Instruments,
    upgrade::PendingUpgrade,
};

/// A service whose every request is measured exactly once; see [`ServerLayer`](crate::ServerLayer).
#[derive(Debug, Clone)]
pub struct MeasuredService<S> {
    inner: S,
    instruments: Arc<Instruments>,
}

/// Marks a request that an outer layer already measures.
#[derive(Debug, Clone, Copy)]
struct Measured;

impl<S> MeasuredService<S> {
    pub(crate) fn new(inner: S, instruments: Arc<Instruments>) -> Self {
        Self { inner, instruments }
    }

    /// The exchange of `request`, unless it is skipped or an outer layer measures it.
    fn arrive<B>(&self, request: &mut Request<B>) -> Option<Exchange> {
        let head = RequestHead::of(request);
        if head.extensions.get::<Measured>().is_some() || self.instruments.skips(&head) {
            return None;
        }
        let exchange = Exchange::arrive(&self.instruments, &head);
        request.extensions_mut().insert(Measured);
        Some(exchange)
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for MeasuredService<S>
where
    S: Service<Request<MeasuredRequestBody<ReqBody>>, Response = Response<ResBody>>,
    S::Error: 'static,
    ReqBody: Body,
    ResBody: Body,
    ResBody::Error: 'static,
{
    type Response = Response<MeasuredResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.arrive(&mut request) else {
            let request = request.map(|body| MeasuredRequestBody::new(body, None));
            return ResponseFuture::new(self.inner.call(request), None, None);
        };
        let upgrade = PendingUpgrade::of(&mut request);
        let bytes = exchange.count_request_body(request.body());
        exchange.enter();
        let future = self.inner.call(request.map(|body| MeasuredRequestBody::new(body, bytes)));
        exchange.leave();
        ResponseFuture::new(future, Some(exchange), upgrade)
    }
}
