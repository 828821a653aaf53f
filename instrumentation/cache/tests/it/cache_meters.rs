//! Meters of caches whose points can be read.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kymo_cache::{Cache, CacheMetrics};
use kymo_testing::{Points, TestMeters};

pub(crate) const REQUESTS: &str = "kymo.cache.requests";
pub(crate) const LOADS: &str = "kymo.cache.load.duration";
pub(crate) const WRITES: &str = "kymo.cache.writes";
pub(crate) const EVICTIONS: &str = "kymo.cache.evictions";
pub(crate) const ENTRIES: &str = "kymo.cache.entries";

pub(crate) struct CacheMeters {
    pub(crate) metrics: CacheMetrics,
    meters: TestMeters,
}

/// The counts of one cache.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: i64,
    pub(crate) misses: i64,
    pub(crate) errors: i64,
    pub(crate) writes: i64,
    /// That succeeded, failed, were cancelled, and panicked.
    pub(crate) loads: [i64; 4],
}

impl CacheMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        Self { metrics: CacheMetrics::new(&*meters), meters }
    }

    /// Meters, and the logical cache `books` of theirs.
    pub(crate) fn books() -> (Self, Cache) {
        let meters = Self::new();
        let books = meters.metrics.cache("books");
        (meters, books)
    }

    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        snapshot.assert_declared(kymo_cache::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot.points()
    }

    /// The values of the metric `name` by that of the attribute `key`, `""` where it is absent.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        self.points().by(name, key)
    }

    /// The sum of the points of the metric `name`; absent if it has none.
    pub(crate) fn sum(&self, name: &str) -> Option<i64> {
        let of = self.points().of(name);
        (!of.is_empty()).then(|| of.iter().map(|point| point.count).sum())
    }

    pub(crate) fn counts(&self) -> Counts {
        let requests = self.by(REQUESTS, "kymo.cache.result");
        let loads = self.by(LOADS, "error.type");
        let load = |error: &str| loads.get(error).copied().unwrap_or(0);
        Counts {
            hits: requests["hit"],
            misses: requests["miss"],
            errors: requests["error"],
            writes: self.sum(WRITES).unwrap(),
            loads: ["", "_OTHER", "cancelled", "panic"].map(load),
        }
    }
}

/// Runs what panics, and makes sure of it.
pub(crate) fn panics<T>(run: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "it does not panic");
}
