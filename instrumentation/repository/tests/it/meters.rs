//! Meters whose points can be read.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kymo_repository::{Repository, RepositoryMetrics};
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};

pub(crate) const DURATION: &str = "kymo.repository.operation.duration";
pub(crate) const CHANGES: &str = "kymo.repository.entity.changes";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) struct Meters {
    pub(crate) metrics: RepositoryMetrics,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// Counts by the values of attributes, one after the other.
pub(crate) type Counts = BTreeMap<String, u64>;

impl Meters {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        Self { metrics: RepositoryMetrics::new(&provider), provider, exporter }
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

    /// The points of the metric `name` by what the attributes `keys` say; they have no others.
    pub(crate) fn by(&self, name: &str, keys: &[&str]) -> Counts {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        let of = metrics.filter(|metric| metric.name() == name);
        of.flat_map(|metric| points(metric, keys)).collect()
    }
}

fn points(metric: &Metric, keys: &[&str]) -> Vec<(String, u64)> {
    let named = |attributes: &mut dyn Iterator<Item = &KeyValue>| {
        let attributes: BTreeMap<_, _> =
            attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect();
        assert!(attributes.keys().all(|key| keys.contains(&key.as_str())), "{attributes:?}");
        let values = keys.iter().filter_map(|key| attributes.get(*key).map(String::as_str));
        values.collect::<Vec<_>>().join(" ")
    };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            histogram.data_points().map(|p| (named(&mut p.attributes()), p.count())).collect()
        }
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| (named(&mut p.attributes()), p.value())).collect()
        }
        other => panic!("{}: {other:?}", metric.name()),
    }
}

pub(crate) fn counts(of: &[(&str, u64)]) -> Counts {
    of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// Runs what panics, and makes sure of it.
pub(crate) fn panics<T>(run: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "it does not panic");
}
