//! The instruments of one layer, shared by all its services.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use http::Method;
use kymo_core::{Account, Bills, Bounded, Folds, SeriesCache, ValueBudget};
use opentelemetry::metrics::{BoundUpDownCounter, Meter, UpDownCounter};

use crate::{
    grpc::Calls,
    key,
    metrics::{self, ServerInstruments},
    series::{ActiveKey, ExchangeKey, ExchangeSeries, StreamKey, StreamSeries},
    settings::Settings,
    stream::OpenStream,
    vocabulary::Vocabulary,
};

/// Series one layer binds at most, beside a quarter more that are folded and the reserve.
///
/// All of them, with the 40 that cannot be folded any further, are below the SDK's limit of 2,000
/// for an instrument, and below kymo's of 1,791, whose overflow would lose every attribute at once.
pub(crate) const SERIES: u16 = 680;

/// Failures that keep their route and their kind, whatever clients did before: one pool, which is
/// enough for three kinds of failure of each route of the default budget.
pub(crate) const RESERVE: usize = 900;

#[derive(Debug)]
pub(crate) struct Instruments {
    vocabulary: Vocabulary,
    /// The methods that most requests have.
    get: Bounded,
    post: Bounded,
    head: Bounded,
    server: ServerInstruments,
    exchanges: SeriesCache<ExchangeKey, ExchangeSeries>,
    /// One for each key: both of its parts are closed sets.
    active: Box<[OnceLock<BoundUpDownCounter<i64>>]>,
    streams: SeriesCache<StreamKey, StreamSeries>,
    /// Made with the first call of gRPC; `None` in there if they are switched off.
    calls: OnceLock<Option<Calls>>,
    bills: Bills,
    meter: Meter,
    settings: Settings,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Self {
        let folds = |spec, attributes: &[_]| Folds::new(meter, spec, attributes);
        Self {
            server: ServerInstruments::new(meter, settings),
            exchanges: SeriesCache::with_reserve(
                SERIES.into(),
                RESERVE,
                folds(
                    &metrics::REQUEST_DURATION,
                    &[
                        key::HTTP_ROUTE.key,
                        key::HTTP_RESPONSE_STATUS_CODE,
                        key::HTTP_REQUEST_METHOD,
                        key::NETWORK_PROTOCOL_VERSION,
                        key::URL_SCHEME,
                        key::ERROR_TYPE,
                    ],
                ),
            ),
            active: (0..ActiveKey::count(&settings.methods)).map(|_| OnceLock::new()).collect(),
            streams: SeriesCache::new(
                SERIES.into(),
                folds(&metrics::ACTIVE_STREAMS, &[key::HTTP_ROUTE.key]),
            ),
            calls: OnceLock::new(),
            bills: Bills::new(
                meter,
                metrics::bill_instruments(meter, settings),
                settings.bill.clone(),
                (key::HTTP_ROUTE, settings.route_budget),
                (&metrics::REQUEST_TIME, &metrics::REPEATED_QUERIES),
            ),
            meter: meter.clone(),
            settings: settings.clone(),
            get: settings.methods.bound("GET"),
            post: settings.methods.bound("POST"),
            head: settings.methods.bound("HEAD"),
            vocabulary: Vocabulary {
                methods: settings.methods.clone(),
                routes: ValueBudget::new(
                    settings.route_budget,
                    key::HTTP_ROUTE.fold(meter, &metrics::REQUEST_DURATION),
                ),
            },
        }
    }

    pub(crate) fn counts_request_bytes(&self) -> bool {
        self.server.request_body_size.is_some()
    }

    pub(crate) fn times_first_byte(&self) -> bool {
        self.server.first_byte.is_some()
    }

    pub(crate) fn counts_streams(&self) -> bool {
        self.server.active_streams.is_some() || self.server.stream_duration.is_some()
    }

    pub(crate) fn method(&self, method: &Method) -> Bounded {
        match *method {
            Method::GET => self.get,
            Method::POST => self.post,
            _ => self.vocabulary.methods.bound(method.as_str()),
        }
    }

    /// Whether `method` is `HEAD`, and is called so.
    pub(crate) fn is_head(&self, method: Bounded) -> bool {
        method == self.head && method != Bounded::OTHER
    }

    /// `route` within the budget of routes.
    pub(crate) fn route(&self, route: &str) -> Bounded {
        self.vocabulary.routes.bound(route)
    }

    /// The instruments of calls of gRPC, unless they are switched off.
    pub(crate) fn calls(&self) -> Option<&Calls> {
        self.calls.get_or_init(|| Calls::new(&self.meter, &self.settings)).as_ref()
    }

    /// The account of a request that began at `since`, unless nothing of its bill is wanted.
    #[inline]
    pub(crate) fn account(&self, since: Instant) -> Option<Account> {
        self.bills.account(since)
    }

    /// Records the bill of a request on this route, which took `elapsed`.
    #[inline]
    pub(crate) fn record_bill(
        &self,
        route: Option<Bounded>,
        account: &mut Account,
        elapsed: Duration,
    ) {
        self.bills.record(route, |route| self.vocabulary.routes.value(route), account, elapsed);
    }

    /// Counts one more request under way, until it [leaves](Self::leave).
    pub(crate) fn enter(&self, key: ActiveKey) {
        if let Some(active) = self.active(key) {
            active.add(1);
        }
    }

    /// Counts one request less under way.
    pub(crate) fn leave(&self, key: ActiveKey) {
        if let Some(active) = self.active(key) {
            active.add(-1);
        }
    }

    /// The counter of requests under way, unless it is switched off.
    pub(crate) fn active(&self, key: ActiveKey) -> Option<&BoundUpDownCounter<i64>> {
        let active = self.server.active_requests.as_ref()?;
        let bound = self.active.get(key.index())?;
        Some(bound.get().unwrap_or_else(|| self.bind_active(active, key, bound)))
    }

    #[cold]
    fn bind_active<'b>(
        &self,
        active: &UpDownCounter<i64>,
        key: ActiveKey,
        bound: &'b OnceLock<BoundUpDownCounter<i64>>,
    ) -> &'b BoundUpDownCounter<i64> {
        bound.get_or_init(|| active.bind(&key.attributes(&self.vocabulary)))
    }

    /// Records into the series of a finished exchange.
    pub(crate) fn record(&self, key: ExchangeKey, record: impl FnOnce(&ExchangeSeries)) {
        self.exchanges.with(key, |key| self.bind(key), record);
    }

    /// The series that finished exchanges of `key` have of their own, if there was one.
    pub(crate) fn find(&self, key: ExchangeKey) -> Option<&Arc<ExchangeSeries>> {
        self.exchanges.find(key)
    }

    /// The series of an exchange that records its latency now and its sizes later.
    pub(crate) fn series(&self, key: ExchangeKey) -> Arc<ExchangeSeries> {
        self.exchanges.get(key, |key| self.bind(key))
    }

    /// Counts one more open stream, until what is returned is dropped.
    pub(crate) fn open_stream(&self, key: StreamKey) -> OpenStream {
        let bind = |key: StreamKey| {
            let attributes = key.attributes(&self.vocabulary);
            StreamSeries {
                active: self
                    .server
                    .active_streams
                    .as_ref()
                    .map(|counter| counter.bind(&attributes)),
                duration: self.server.stream_duration.as_ref().map(|h| h.bind(&attributes)),
            }
        };
        self.streams.with(key, bind, OpenStream::new)
    }

    fn bind(&self, key: ExchangeKey) -> ExchangeSeries {
        let attributes = key.attributes(&self.vocabulary);
        ExchangeSeries {
            duration: self.server.duration.as_ref().map(|h| h.bind(&attributes)),
            request_body_size: self.server.request_body_size.as_ref().map(|h| h.bind(&attributes)),
            response_body_size: self
                .server
                .response_body_size
                .as_ref()
                .map(|h| h.bind(&attributes)),
            first_byte: self.server.first_byte.as_ref().map(|h| h.bind(&attributes)),
        }
    }
}
