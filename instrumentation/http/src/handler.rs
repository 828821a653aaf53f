//! Time inside the handler, apart from the middleware around it.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use http::Request;
use kymo_core::{
    Attempt, Bounded, Folds, KnownValues, Outcome, Record, SeriesCache, SeriesClass, SeriesKey,
    ValueBudget, key, key::AttributeKey,
};
use opentelemetry::metrics::{BoundHistogram, Histogram, Meter, MeterProvider};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    RequestHead,
    method::KNOWN_METHODS,
    metrics::HANDLER_DURATION,
    readiness::{Queue, Readiness},
    scope,
};

/// Measures the time inside the handler in `kymo.http.server.handler.duration`.
///
/// Add it first, innermost, and [`ServerLayer`](crate::ServerLayer) last, outermost: the
/// difference between the two is what the middleware between them costs. The time ends at the
/// response's head; a handler that panics or is dropped is counted all the same. A request that
/// passes two of these layers is measured by the outer one. The route is axum's matched path.
///
/// A wait for a handler that is not ready is part of its time, as it is part of the
/// [request's](crate#waiting-for-the-service); who gives up there is counted as method `_OTHER`,
/// without a route.
#[derive(Debug, Clone)]
pub struct HandlerLayer {
    meter: Meter,
    methods: KnownValues,
    instruments: Arc<OnceLock<Arc<HandlerInstruments>>>,
}

impl HandlerLayer {
    /// Measures with instruments of `meters`.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = meters.meter_with_scope(scope::unnamed());
        Self { meter, methods: KNOWN_METHODS, instruments: Arc::default() }
    }

    /// Keeps the names of exactly these methods, as
    /// [`ServerLayer::known_methods`](crate::ServerLayer::known_methods) does.
    pub fn known_methods(self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let methods = methods.into_iter().collect();
        Self { methods, instruments: Arc::default(), ..self }
    }
}

impl<S> Layer<S> for HandlerLayer {
    type Service = MeasuredHandler<S>;

    fn layer(&self, inner: S) -> MeasuredHandler<S> {
        let make = || Arc::new(HandlerInstruments::new(&self.meter, self.methods.clone()));
        let instruments = Arc::clone(self.instruments.get_or_init(make));
        MeasuredHandler { inner, instruments, readiness: Readiness::default() }
    }
}

/// A handler whose time is measured; see [`HandlerLayer`].
#[derive(Debug, Clone)]
pub struct MeasuredHandler<S> {
    inner: S,
    instruments: Arc<HandlerInstruments>,
    readiness: Readiness<Arc<HandlerInstruments>>,
}

impl<S, B> Service<Request<B>> for MeasuredHandler<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = HandlerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        let Self { inner, instruments, readiness } = self;
        // How a handler's time ended is not told.
        readiness.ask(instruments, || inner.poll_ready(cx), |_| Outcome::default())
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let is_first = request.extensions_mut().insert(HandlerMeasured).is_none();
        let mut wait = self.readiness.call();
        let attempt = is_first.then(|| {
            let waited = wait.as_mut().map_or(Duration::ZERO, |wait| wait.lasted());
            self.instruments.start(&RequestHead::of(&request), waited)
        });
        HandlerFuture { inner: self.inner.call(request), attempt }
    }
}

/// Marks a request whose handler an outer layer already measures.
#[derive(Debug, Clone, Copy)]
struct HandlerMeasured;

pin_project! {
    /// The future of [`MeasuredHandler`]: records when the handler returns or is dropped.
    #[derive(Debug)]
    pub struct HandlerFuture<F> {
        #[pin]
        inner: F,
        attempt: Option<Attempt<HandlerTime>>,
    }
}

impl<F: Future> Future for HandlerFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        drop(this.attempt.take());
        Poll::Ready(output)
    }
}

/// Series the layer binds at most, beside a quarter more that are folded and the reserve.
const SERIES: usize = 1000;

/// Routes that keep their name, whatever methods clients send: those of the budget.
const RESERVE: usize = 300;

#[derive(Debug)]
struct HandlerInstruments {
    duration: Histogram<f64>,
    methods: KnownValues,
    routes: ValueBudget,
    series: SeriesCache<HandlerKey, BoundHistogram<f64>>,
}

impl HandlerInstruments {
    fn new(meter: &Meter, methods: KnownValues) -> Self {
        let folded = [key::HTTP_REQUEST_METHOD, key::HTTP_ROUTE];
        Self {
            duration: HANDLER_DURATION.histogram(meter),
            methods,
            routes: ValueBudget::new(key::HTTP_ROUTE.limit().unwrap_or(u16::MAX)),
            series: SeriesCache::with_reserve(
                SERIES,
                RESERVE,
                Folds::new(meter, &HANDLER_DURATION, &folded),
            ),
        }
    }

    /// The attempt of a handler that is called after it was waited for so long.
    fn start(&self, head: &RequestHead<'_>, waited: Duration) -> Attempt<HandlerTime> {
        let key = HandlerKey {
            method: self.methods.bound(head.method.as_str()),
            route: head.matched_path().map(|route| self.routes.bound(route)),
        };
        if key.route == Some(Bounded::OTHER) {
            self.series.folds().count(&key::HTTP_ROUTE);
        }
        let now = Instant::now();
        let since = now.checked_sub(waited).unwrap_or(now);
        Attempt::started_at(since, self.time(key))
    }

    fn time(&self, key: HandlerKey) -> HandlerTime {
        let bind = |key: HandlerKey| {
            let method = self.methods.value(key.method).to_owned();
            let route = key.route.map(|route| key::HTTP_ROUTE.of(self.routes.value(route)));
            let method = key::HTTP_REQUEST_METHOD.of(method);
            self.duration.bind(&std::iter::once(method).chain(route).collect::<Vec<_>>())
        };
        HandlerTime(self.series.with(key, bind, BoundHistogram::clone))
    }
}

impl Queue for Arc<HandlerInstruments> {
    type Place = ();

    fn join(&self) {}

    /// Nothing is known of the request.
    fn give_up(&self, since: Instant, outcome: Outcome) {
        let key = HandlerKey { method: Bounded::OTHER, route: None };
        Attempt::started_at(since, self.time(key)).finish(outcome);
    }

    fn set_asking(asking: bool) -> bool {
        ASKING.replace(asking)
    }
}

thread_local! {
    /// Whether a layer of this kind is asking its handler for readiness.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct HandlerKey {
    method: Bounded,
    route: Option<Bounded>,
}

impl SeriesKey for HandlerKey {
    /// First the method, which the client chooses, and then the route.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let method = Bounded::OTHER;
        if self.method != method {
            return Some((Self { method, ..self }, key::HTTP_REQUEST_METHOD));
        }
        self.route.filter(|route| *route != Bounded::OTHER)?;
        Some((Self { route: Some(Bounded::OTHER), ..self }, key::HTTP_ROUTE))
    }

    /// A handler that takes long must be seen, be it called for the first time.
    fn class(&self) -> SeriesClass {
        match self.route {
            Some(route) if route != Bounded::OTHER => SeriesClass::Operator,
            _ => SeriesClass::Client,
        }
    }
}

#[derive(Debug)]
struct HandlerTime(BoundHistogram<f64>);

impl Record for HandlerTime {
    /// A handler's time counts however it ended; how is in `http.server.request.duration`.
    fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
        self.0.record(elapsed.as_secs_f64());
    }
}
