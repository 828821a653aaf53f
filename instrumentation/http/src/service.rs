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
    mark,
    reading::Reading,
    upgrade::PendingUpgrade,
};

/// A service whose every request is measured exactly once; see [`ServerLayer`](crate::ServerLayer).
#[derive(Debug, Clone)]
pub struct MeasuredService<S> {
    inner: S,
    instruments: Arc<Instruments>,
    reading: Arc<Reading>,
}

impl<S> MeasuredService<S> {
    pub(crate) fn new(inner: S, instruments: Arc<Instruments>, reading: Arc<Reading>) -> Self {
        Self { inner, instruments, reading }
    }

    /// The exchange of `request`, unless it is skipped or an outer layer measures it.
    fn arrive<B: Body>(&self, request: &Request<B>) -> Option<Box<Exchange>> {
        let head = RequestHead::of(request);
        if self.reading.skips(&head) || mark::is_marked(request) {
            return None;
        }
        Some(Exchange::arrive(&self.instruments, &self.reading, &head))
    }

    /// Calls the service with `request`, on behalf of `exchange`.
    fn serve<B, R>(
        &mut self,
        mut exchange: Box<Exchange>,
        mut request: Request<B>,
        measured: impl FnOnce(Request<B>) -> Request<R>,
    ) -> ResponseFuture<S::Future>
    where
        S: Service<Request<R>>,
    {
        let upgrade = exchange.counts_streams().then(|| PendingUpgrade::of(&mut request));
        exchange.enter();
        let future = self.inner.call(measured(request));
        exchange.leave();
        ResponseFuture::new(future, Some(exchange), upgrade.flatten())
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for MeasuredService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    S::Error: 'static,
    ReqBody: Body + 'static,
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
        let Some(mut exchange) = self.arrive(&request) else {
            return ResponseFuture::new(self.inner.call(request), None, None);
        };
        let is_body_marked = exchange.measure_request(request.body_mut());
        mark::mark(&mut request, is_body_marked);
        self.serve(exchange, request, |request| request)
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
    ReqBody: Body,
    ResBody: Body,
    ResBody::Error: 'static,
{
    type Response = Response<MeasuredResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.0.arrive(&request) else {
            let request = request.map(|body| MeasuredRequestBody::new(body, None));
            return ResponseFuture::new(self.0.inner.call(request), None, None);
        };
        let bytes = exchange.count_request(request.body());
        mark::mark(&mut request, true);
        self.0.serve(exchange, request, |request| {
            request.map(|body| MeasuredRequestBody::new(body, bytes))
        })
    }
}
