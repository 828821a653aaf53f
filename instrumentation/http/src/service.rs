//! The service of the server layer.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use http::{Request, Response};
use http_body::Body;
use kymo_core::{Bounded, InFlight, Outcome};
use tower_service::Service;

use crate::{
    RequestHead,
    body::{MeasuredRequestBody, MeasuredResponseBody},
    exchange::Exchange,
    failure,
    future::ResponseFuture,
    instruments::Instruments,
    mark, other_axum,
    readiness::{Queue, Readiness},
    reading::Reading,
    series::ActiveKey,
    upgrade::PendingUpgrade,
};

/// A service whose every request is measured exactly once; see [`ServerLayer`](crate::ServerLayer).
#[derive(Debug, Clone)]
pub struct MeasuredService<S> {
    inner: S,
    measure: Arc<Measure>,
    readiness: Readiness<Arc<Measure>>,
}

/// What every request is measured with: one pointer, because routers clone their services.
#[derive(Debug)]
struct Measure {
    instruments: Arc<Instruments>,
    reading: Arc<Reading>,
}

impl<S> MeasuredService<S> {
    pub(crate) fn new(inner: S, instruments: Arc<Instruments>, reading: Arc<Reading>) -> Self {
        let measure = Arc::new(Measure { instruments, reading });
        Self { inner, measure, readiness: Readiness::default() }
    }

    fn poll_ready<R>(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>>
    where
        S: Service<R>,
        S::Error: 'static,
    {
        let Self { inner, measure, readiness } = self;
        readiness.ask(measure, || inner.poll_ready(cx), failure::of_service)
    }

    /// The exchange of `request`, unless it is skipped or an outer layer measures it.
    fn arrive<B: Body>(&mut self, request: &Request<B>) -> Option<Box<Exchange>> {
        let mut wait = self.readiness.call();
        let head = RequestHead::of(request);
        let Measure { instruments, reading } = &*self.measure;
        if reading.skips(&head) || mark::is_marked(request) {
            return None;
        }
        let waited = wait.as_mut().map(|wait| wait.lasted());
        Some(Exchange::arrive(instruments, reading, &head, waited))
    }
}

impl Queue for Arc<Measure> {
    type Place = Option<InFlight>;

    fn join(&self) -> Option<InFlight> {
        let scheme = self.reading.scheme.unsaid;
        self.instruments.enter(ActiveKey { method: Bounded::OTHER, scheme })
    }

    fn give_up(&self, since: Instant, outcome: Outcome) {
        Exchange::unseen(&self.instruments, &self.reading, since).end(outcome);
    }

    fn set_asking(asking: bool) -> bool {
        mark::set_asking(asking)
    }
}

/// Marks a request whose body may be marked already, and steps into its upgrade if there is one.
fn prepare<B>(
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
            return ResponseFuture::new(self.inner.call(request), None, None);
        };
        if !exchange.has_route() && !self.measure.reading.tells_route() {
            other_axum::warn_of::<ReqBody>();
        }
        let is_body_marked = exchange.measure_request(request.body_mut());
        let upgrade = prepare(&exchange, &mut request, is_body_marked);
        exchange.enter();
        let future = self.inner.call(request);
        exchange.leave();
        ResponseFuture::new(future, Some(exchange), upgrade)
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
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let Some(mut exchange) = self.0.arrive(&request) else {
            let request = request.map(MeasuredRequestBody::unmeasured);
            return ResponseFuture::new(self.0.inner.call(request), None, None);
        };
        let bytes = exchange.count_request(request.body());
        let upgrade = prepare(&exchange, &mut request, true);
        exchange.enter();
        let request = request.map(|body| MeasuredRequestBody::measured(body, bytes));
        let future = self.0.inner.call(request);
        exchange.leave();
        ResponseFuture::new(future, Some(exchange), upgrade)
    }
}
