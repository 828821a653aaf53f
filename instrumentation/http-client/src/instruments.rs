//! The instruments of one layer, shared by all its clients.

use kymo_core::{Folds, InFlight, OperationKind, Operations, SeriesCache, key::AttributeKey};
use opentelemetry::metrics::{BoundHistogram, BoundUpDownCounter, Meter};

use crate::{
    Outgoing, key,
    metrics::{self, ClientInstruments},
    reading::Reading,
    series::{ActiveKey, ExchangeKey},
    settings::Settings,
    vocabulary::Vocabulary,
};

/// Series one layer binds at most, beside a quarter more that are folded and the reserve.
///
/// All of them, with the 40 that cannot be folded any further, are below the SDK's limit of 2,000
/// for an instrument, and below kymo's of 1,791, whose overflow would lose every attribute at once.
pub(crate) const SERIES: u16 = 680;

/// Failures that keep their server and their kind, whatever was called before: one pool.
pub(crate) const RESERVE: usize = 900;

#[derive(Debug)]
pub(crate) struct Instruments {
    vocabulary: Vocabulary,
    client: ClientInstruments,
    exchanges: SeriesCache<ExchangeKey, Option<BoundHistogram<f64>>>,
    active: SeriesCache<ActiveKey, BoundUpDownCounter<i64>>,
    entered: Operations,
}

/// What a request under way and a finished one are both described by.
const SHARED: [AttributeKey; 5] = [
    key::HTTP_REQUEST_METHOD,
    key::TARGET_ADDRESS.key,
    key::TARGET_PORT.key,
    key::URL_SCHEME,
    key::URL_TEMPLATE.key,
];

impl Instruments {
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Self {
        let mut finished = SHARED.to_vec();
        finished.extend([key::HTTP_RESPONSE_STATUS_CODE, key::NETWORK_PROTOCOL_VERSION]);
        let finished = Folds::new(meter, &metrics::REQUEST_DURATION, &finished);
        let active = Folds::new(meter, &metrics::ACTIVE_REQUESTS, &SHARED);
        Self {
            vocabulary: Vocabulary::new(meter, settings),
            client: ClientInstruments::new(meter, settings),
            exchanges: SeriesCache::with_reserve(SERIES.into(), RESERVE, finished),
            active: SeriesCache::new(SERIES.into(), active),
            entered: Operations::new(meter, OperationKind::HttpClient),
        }
    }

    /// The description of a request, with each of its values bounded.
    pub(crate) fn describe(&self, request: &Outgoing<'_>, reading: &Reading) -> ActiveKey {
        let vocabulary = &self.vocabulary;
        let target = request.target.clone().or(reading.server.as_ref());
        ActiveKey {
            method: vocabulary.bound_method(request.method.as_str()),
            address: target.address.as_deref().map(|address| vocabulary.bound_address(address)),
            port: target.port.map(|port| vocabulary.bound_port(port)),
            scheme: target.scheme.as_deref().and_then(|scheme| vocabulary.bound_scheme(scheme)),
            template: request.template.and_then(|template| vocabulary.bound_template(template)),
        }
    }

    /// Counts one more request under way.
    pub(crate) fn enter(&self, key: ActiveKey) -> Option<InFlight> {
        let active = self.client.active_requests.as_ref()?;
        let bind = |key: ActiveKey| active.bind(&key.attributes(&self.vocabulary));
        Some(self.active.with(key, bind, InFlight::enter))
    }

    /// Records a finished request of so many seconds.
    pub(crate) fn record(&self, key: ExchangeKey, seconds: f64) {
        let bind = |key: ExchangeKey| {
            let duration = self.client.duration.as_ref()?;
            Some(duration.bind(&key.attributes(&self.vocabulary)))
        };
        self.exchanges.with(key, bind, |series| {
            if let Some(duration) = series {
                duration.record(seconds);
            }
        });
        self.entered.enter();
    }
}
