//! The service of the client layer.

use std::{
    task::{Context, Poll},
    time::Instant,
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{
    Outgoing, body::MeasuredClientBody, exchange::Exchange, future::ClientFuture, measure::Measure,
};

/// A client whose every request is measured exactly once; see [`ClientLayer`](crate::ClientLayer).
#[derive(Debug, Clone)]
pub struct MeasuredClient<S> {
    inner: S,
    measure: Measure,
}

/// The mark of a request that a layer further out measures.
#[derive(Debug, Clone, Copy)]
struct Measured;

impl<S> MeasuredClient<S> {
    pub(crate) fn new(inner: S, measure: Measure) -> Self {
        Self { inner, measure }
    }

    /// The exchange of `request`, unless a layer further out measures it.
    fn begin<B>(&self, request: &mut Request<B>) -> Option<Box<Exchange>> {
        if request.extensions().get::<Measured>().is_some() {
            return None;
        }
        let exchange = Exchange::begin(&self.measure, &Outgoing::of(request), Instant::now());
        request.extensions_mut().insert(Measured);
        Some(exchange)
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for MeasuredClient<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    S::Error: 'static,
    ResBody: Body,
    ResBody::Error: 'static,
{
    type Response = Response<MeasuredClientBody<ResBody>>;
    type Error = S::Error;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.begin(&mut request) else {
            return ClientFuture::new(self.inner.call(request), None);
        };
        let response = exchange.run(|| self.inner.call(request));
        ClientFuture::new(response, Some(exchange))
    }
}
