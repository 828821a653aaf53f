//! Meters of units of work whose points can be read.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kymo_testing::{Points, TestMeters};
use kymo_work::{UnitOfWork, WorkMetrics};
use opentelemetry_sdk::metrics::SdkMeterProvider;

pub(crate) const DURATION: &str = "kymo.unit_of_work.duration";
pub(crate) const TIME: &str = "kymo.unit_of_work.time";

pub(crate) struct WorkMeters {
    pub(crate) metrics: WorkMetrics,
    pub(crate) provider: SdkMeterProvider,
    meters: TestMeters,
}

impl WorkMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        let provider = (*meters).clone();
        Self { metrics: WorkMetrics::new(&provider), provider, meters }
    }

    /// Meters, and the unit `reindex` of theirs.
    pub(crate) fn reindex() -> (Self, UnitOfWork) {
        let meters = Self::new();
        let reindex = meters.metrics.unit_of_work("reindex");
        (meters, reindex)
    }

    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        snapshot.assert_declared(kymo_work::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot.points()
    }

    /// Units by name and `error.type`.
    pub(crate) fn units(&self) -> BTreeMap<String, i64> {
        let points = self.points().of(DURATION);
        let name = |point: &kymo_testing::Point| {
            let values = ["kymo.unit_of_work.name", "error.type"].map(|key| point.get(key));
            values.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        points.iter().map(|point| (name(point), point.count)).collect()
    }

    /// What all points of `name` together have observed, of those with this value of `key`.
    pub(crate) fn sum(&self, name: &str, of: Option<(&str, &str)>) -> f64 {
        let points = self.points().of(name);
        let is_of = |point: &&kymo_testing::Point| {
            of.is_none_or(|(key, value)| point.get(key) == Some(value))
        };
        points.iter().filter(is_of).map(|point| point.sum).sum()
    }
}

/// The counts that these are.
pub(crate) fn counts(all: &[(&str, i64)]) -> BTreeMap<String, i64> {
    all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// Runs what panics.
pub(crate) fn panics<T>(what: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(what)).is_err(), "it did not panic");
}
