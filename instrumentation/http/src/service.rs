//! The service of the server layer.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{
    RequestHead, exchange::Exchange, failure, future::ResponseFuture, instruments::Instruments,
    mark, measure::Measure, other_axum, readiness::Readiness, reading::Reading,
    response_body::MeasuredResponseBody, upgrade::PendingUpgrade,
};

/// A service whose every request is measured exactly once; see [`ServerLayer`](crate::ServerLayer).
#[derive(Debug, Clone)]
pub struct MeasuredService<S> {
    pub(crate) inner: S,
    measure: Arc<Measure>,
    readiness: Readiness<Arc<Measure>>,
}

impl<S> MeasuredService<S> {
    pub(crate) fn new(inner: S, instruments: Arc<Instruments>, reading: Arc<Reading>) -> Self {
        let measure = Arc::new(Measure::new(instruments, reading));
        Self { inner, measure, readiness: Readiness::default() }
    }

    pub(crate) fn poll_ready<R>(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>>
    where
        S: Service<R>,
        S::Error: 'static,
    {
        let Self { inner, measure, readiness } = self;
        readiness.ask(measure, || inner.poll_ready(cx), failure::of_service)
    }

    /// The exchange of `request`, unless it is skipped or an outer layer measures it.
    #[inline]
    pub(crate) fn arrive<B: Body>(&mut self, request: &Request<B>) -> Option<Box<Exchange>> {
        let mut wait = self.readiness.call();
        let head = RequestHead::of(request);
        if self.measure.reading.skips(&head) || mark::is_marked(request) {
            return None;
        }
        let waited = wait.as_mut().map(|wait| wait.lasted());
        Some(Exchange::arrive(&self.measure, &head, waited))
    }

    /// Warns if the route is not known because the request, with a body of type `B`, is of another
    /// axum.
    pub(crate) fn warn_of<B: 'static>(&self, exchange: &Exchange) {
        other_axum::warn_of::<B>(|| exchange.has_route() || self.measure.reading.tells_route());
    }
}

/// Marks a request whose body may be marked already, and steps into its upgrade if there is one.
#[inline]
pub(crate) fn prepare<B>(
    exchange: &Exchange,
    request: &mut Request<B>,
    is_body_marked: bool,
) -> Option<Box<PendingUpgrade>> {
    mark::mark(request, is_body_marked);
    if exchange.counts_streams() { PendingUpgrade::of(request) } else { None }
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
        self.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.arrive(&request) else {
            return ResponseFuture::unmeasured(self.inner.call(request));
        };
        self.warn_of::<ReqBody>(&exchange);
        let is_body_marked = exchange.measure_request(request.body_mut());
        let upgrade = prepare(&exchange, &mut request, is_body_marked);
        let running = exchange.enter_untimed();
        // The future stays where it is made: to move it would take longer than to record it.
        let mut future =
            ResponseFuture { inner: Some(self.inner.call(request)), exchange: None, upgrade };
        running.leave_untimed();
        future.exchange = Some(exchange);
        future
    }
}
