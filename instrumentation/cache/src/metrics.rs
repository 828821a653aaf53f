//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, buckets, key};

/// Entries that were asked for, by what the cache answered; one for each key of a request.
///
/// A request that is dropped before its answer is an `error`. Whoever waits for what another is
/// loading already asked for an entry that was not there: a `miss`.
pub const REQUESTS: MetricSpec = MetricSpec {
    name: "kymo.cache.requests",
    kind: MetricKind::Counter,
    unit: "{request}",
    description: "Entries asked of a cache, by what it answered.",
    attributes: &[key::CACHE_NAME, key::CACHE_RESULT],
};

/// Time to load an entry that the cache did not have; one for each load, however many wait for it.
pub const LOAD_DURATION: MetricSpec = MetricSpec {
    name: "kymo.cache.load.duration",
    kind: MetricKind::Histogram { buckets: buckets::LOAD_DURATION },
    unit: "s",
    description: "Duration of loading an entry that a cache did not have.",
    attributes: &[key::ERROR_TYPE, key::CACHE_NAME],
};

/// Entries that the program put into a cache, or took out of it, as far as the cache tells.
pub const WRITES: MetricSpec = MetricSpec {
    name: "kymo.cache.writes",
    kind: MetricKind::Counter,
    unit: "{entry}",
    description: "Entries that the program put into a cache or took out of it.",
    attributes: &[key::CACHE_NAME],
};

/// Entries that a cache let go by itself, not those that the program replaced or took out.
pub const EVICTIONS: MetricSpec = MetricSpec {
    name: "kymo.cache.evictions",
    kind: MetricKind::Counter,
    unit: "{entry}",
    description: "Entries that a cache let go by itself, by cause.",
    attributes: &[key::CACHE_EVICTION_CAUSE, key::CACHE_NAME],
};

/// Entries in a cache, as it tells; absent once it is gone.
pub const ENTRIES: MetricSpec = MetricSpec {
    name: "kymo.cache.entries",
    kind: MetricKind::UpDownCounter,
    unit: "{entry}",
    description: "Entries in a cache.",
    attributes: &[key::CACHE_NAME],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[REQUESTS, LOAD_DURATION, WRITES, EVICTIONS, ENTRIES];
