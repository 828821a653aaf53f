//! Every metric this crate emits, and the instruments that record them.

use std::sync::Arc;

use kymo_core::{
    MetricKind, MetricSpec, OperationKind, Operations, Scope, buckets, key::AttributeKey,
};
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::key;

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE
    .described("Why it failed: `cancelled`, `panic` or `_OTHER`; absent on success.");

/// Entries that were asked for, by what the cache answered; one for each key of a request.
///
/// A request that is dropped before its answer is an `error`. Whoever waits for what another is
/// loading already asked for an entry that was not there: a `miss`.
pub const REQUESTS: MetricSpec = MetricSpec::new(
    "kymo.cache.requests",
    MetricKind::Counter,
    "{request}",
    "Entries asked of a cache, by what it answered.",
)
.with_attributes(&[key::CACHE_NAME.key, key::CACHE_RESULT])
.recorded(
    "Once for each entry that is asked of a cache of `telemetry.cache(…)` or `telemetry.redis(…)`.",
);

/// Time to load an entry that the cache did not have; one for each load, however many wait for it.
pub const LOAD_DURATION: MetricSpec = MetricSpec::new(
    "kymo.cache.load.duration",
    MetricKind::Histogram { buckets: buckets::SHORT_DURATION },
    "s",
    "Duration of loading an entry that a cache did not have.",
)
.with_attributes(&[ERROR_TYPE, key::CACHE_NAME.key])
.recorded("Once for each load, when it has ended or was dropped.");

/// Entries that the program put into a cache, or took out of it, as far as the cache tells.
pub const WRITES: MetricSpec = MetricSpec::new(
    "kymo.cache.writes",
    MetricKind::Counter,
    "{entry}",
    "Entries that the program put into a cache or took out of it.",
)
.with_attributes(&[key::CACHE_NAME.key])
.recorded("When an entry was put in or taken out by the program.");

/// Entries that a cache let go by itself, not those that the program replaced or took out.
pub const EVICTIONS: MetricSpec = MetricSpec::new(
    "kymo.cache.evictions",
    MetricKind::Counter,
    "{entry}",
    "Entries that a cache let go by itself, by cause.",
)
.with_attributes(&[key::CACHE_EVICTION_CAUSE, key::CACHE_NAME.key])
.recorded("When an entry was let go, by a cache that tells of it, as those of moka do.");

/// Entries in a cache, as it tells; absent once it is gone.
pub const ENTRIES: MetricSpec = MetricSpec::new(
    "kymo.cache.entries",
    MetricKind::UpDownCounter,
    "{entry}",
    "Entries in a cache.",
)
.with_attributes(&[key::CACHE_NAME.key])
.recorded("Asked at each collection of a cache that tells, as those of moka do.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[REQUESTS, LOAD_DURATION, WRITES, EVICTIONS, ENTRIES];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all caches of one meter provider; that of [`ENTRIES`] is the callback's, which
/// asks for them.
#[derive(Debug, Clone)]
pub(crate) struct Instruments {
    pub(crate) requests: Counter<u64>,
    pub(crate) load_duration: Histogram<f64>,
    pub(crate) writes: Counter<u64>,
    pub(crate) evictions: Counter<u64>,
    pub(crate) entered: Arc<Operations>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            requests: REQUESTS.counter(meter),
            load_duration: LOAD_DURATION.histogram(meter),
            writes: WRITES.counter(meter),
            evictions: EVICTIONS.counter(meter),
            entered: Arc::new(Operations::new(meter, OperationKind::Cache)),
        }
    }
}
