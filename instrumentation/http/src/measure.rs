//! The instruments of a service, and how it reads a request.

use std::{sync::Arc, time::Instant};

use kymo_core::{Bounded, InFlight, Inside, Layer, Outcome};

use crate::{
    RequestHead,
    exchange::Exchange,
    instruments::Instruments,
    readiness::Queue,
    reading::Reading,
    series::{ActiveKey, ExchangeKey, ExchangeSeries},
    usual::Usual,
};

/// The instruments of a service, and how it reads a request: behind one pointer, because routers clone
/// their services.
#[derive(Debug)]
pub(crate) struct Measure {
    pub(crate) instruments: Arc<Instruments>,
    pub(crate) reading: Arc<Reading>,
    usual: Usual,
}

impl Measure {
    pub(crate) fn new(instruments: Arc<Instruments>, reading: Arc<Reading>) -> Self {
        Self { instruments, reading, usual: Usual::default() }
    }

    /// The route of a request with this head, within the budget of routes.
    pub(crate) fn route(&self, head: &RequestHead<'_>) -> Option<Bounded> {
        let route = self.reading.route(head)?;
        Some(self.usual.route(&route, |route| self.instruments.route(route)))
    }

    /// Records into the series of a finished exchange.
    #[inline]
    pub(crate) fn record(&self, key: &ExchangeKey, record: impl FnOnce(&ExchangeSeries)) {
        match self.usual.series(key) {
            Some(series) => record(series),
            None => self.record_unusual(key, record),
        }
    }

    #[inline(never)]
    fn record_unusual(&self, key: &ExchangeKey, record: impl FnOnce(&ExchangeSeries)) {
        self.instruments.record(*key, record);
        self.usual.learn_series(*key, || self.instruments.find(*key));
    }
}

impl Queue for Arc<Measure> {
    type Place = Option<InFlight>;

    fn join(&self) -> Option<InFlight> {
        let scheme = self.reading.scheme.unsaid;
        self.instruments.active(ActiveKey { method: Bounded::OTHER, scheme }).map(InFlight::enter)
    }

    fn give_up(&self, since: Instant, outcome: Outcome) {
        Exchange::unseen(self, since).end(outcome);
    }

    fn enter() -> Inside {
        Layer::Server.enter()
    }
}
