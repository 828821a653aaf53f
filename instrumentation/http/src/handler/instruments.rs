//! The instruments of one layer that measures handlers, shared by all its services.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kymo_core::{
    Attempt, Bounded, Folds, Inside, KnownValues, Layer, Outcome, SeriesCache, ValueBudget,
};
use opentelemetry::metrics::{BoundHistogram, Histogram, Meter};

use super::series::{HandlerKey, HandlerTime};
use crate::{RequestHead, key, metrics::HANDLER_DURATION, readiness::Queue};

/// Series the layer binds at most, beside a quarter more that are folded and the reserve.
const SERIES: usize = 1000;

/// Routes that keep their name, whatever methods clients send: those of the budget.
const RESERVE: usize = 300;

#[derive(Debug)]
pub(super) struct HandlerInstruments {
    duration: Histogram<f64>,
    methods: KnownValues,
    routes: ValueBudget,
    series: SeriesCache<HandlerKey, BoundHistogram<f64>>,
}

impl HandlerInstruments {
    pub(super) fn new(meter: &Meter, methods: KnownValues) -> Self {
        let folded = [key::HTTP_REQUEST_METHOD, key::HTTP_ROUTE.key];
        Self {
            duration: HANDLER_DURATION.histogram(meter),
            methods,
            routes: key::HTTP_ROUTE.budget(meter, &HANDLER_DURATION),
            series: SeriesCache::with_reserve(
                SERIES,
                RESERVE,
                Folds::new(meter, &HANDLER_DURATION, &folded),
            ),
        }
    }

    /// The attempt of a handler that is called after it was waited for so long.
    pub(super) fn start(&self, head: &RequestHead<'_>, waited: Duration) -> Attempt<HandlerTime> {
        let key = HandlerKey {
            method: self.methods.bound(head.method.as_str()),
            route: head.matched_path().map(|route| self.routes.bound(route)),
        };
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

    fn enter() -> Inside {
        Layer::Handler.enter()
    }
}
