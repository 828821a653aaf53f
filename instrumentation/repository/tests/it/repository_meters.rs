//! Meters of repositories whose points can be read.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kymo_repository::{Repository, RepositoryMetrics};
use kymo_testing::{Point, Points, TestMeters};

pub(crate) const DURATION: &str = "kymo.repository.operation.duration";
pub(crate) const CHANGES: &str = "kymo.repository.entity.changes";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) struct RepositoryMeters {
    pub(crate) metrics: RepositoryMetrics,
    meters: TestMeters,
}

/// Counts by the values of attributes, one after the other.
pub(crate) type Counts = BTreeMap<String, u64>;

impl RepositoryMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        Self { metrics: RepositoryMetrics::new(&*meters), meters }
    }

    /// Meters, and the repository `books` of theirs.
    pub(crate) fn books() -> (Self, Repository) {
        let meters = Self::new();
        let books = meters.metrics.repository("books");
        (meters, books)
    }

    /// Calls by repository, method and `error.type`.
    pub(crate) fn operations(&self) -> Counts {
        self.by(DURATION, &["kymo.repository.name", "kymo.repository.method", "error.type"])
    }

    /// Rows by entity and operation.
    pub(crate) fn changes(&self) -> Counts {
        self.by(CHANGES, &["kymo.entity.name", "kymo.entity.operation"])
    }

    /// Every point.
    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        snapshot
            .assert_declared(kymo_repository::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot.points()
    }

    /// The points of the metric `name` by what the attributes `keys` say; they have no others.
    pub(crate) fn by(&self, name: &str, keys: &[&str]) -> Counts {
        let points = self.points().of(name);
        points.iter().map(|point| (values(point, keys), point.count.try_into().unwrap())).collect()
    }
}

fn values(point: &Point, keys: &[&str]) -> String {
    assert!(point.attributes.keys().all(|key| keys.contains(&key.as_str())), "{point:?}");
    keys.iter().filter_map(|key| point.get(key)).collect::<Vec<_>>().join(" ")
}

pub(crate) fn counts(of: &[(&str, u64)]) -> Counts {
    of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// Runs what panics, and makes sure of it.
pub(crate) fn panics<T>(run: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "it does not panic");
}
