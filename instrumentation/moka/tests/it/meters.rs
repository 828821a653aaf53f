//! Meters whose points can be read.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kymo_cache::{Cache, CacheMetrics};
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};

pub(crate) const REQUESTS: &str = "kymo.cache.requests";
pub(crate) const LOADS: &str = "kymo.cache.load.duration";
pub(crate) const WRITES: &str = "kymo.cache.writes";
pub(crate) const EVICTIONS: &str = "kymo.cache.evictions";
pub(crate) const ENTRIES: &str = "kymo.cache.entries";

pub(crate) struct Meters {
    pub(crate) metrics: CacheMetrics,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// One point: a sum's value, or a histogram's count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) count: i64,
}

/// What a cache was counted for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: i64,
    pub(crate) misses: i64,
    pub(crate) errors: i64,
    pub(crate) writes: i64,
    /// That succeeded, failed, were cancelled, and panicked.
    pub(crate) loads: [i64; 4],
}

impl Meters {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        Self { metrics: CacheMetrics::new(&provider), provider, exporter }
    }

    /// Meters, and the logical cache `books` of theirs.
    pub(crate) fn books() -> (Self, Cache) {
        let meters = Self::new();
        let books = meters.metrics.cache("books");
        (meters, books)
    }

    pub(crate) fn points(&self) -> Vec<Point> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        metrics.flat_map(points).collect()
    }

    /// The values of the metric `name` by that of the attribute `key`, `""` where it is absent.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for point in self.points().into_iter().filter(|point| point.name == name) {
            let value = point.attributes.get(key).cloned().unwrap_or_default();
            *counts.entry(value).or_default() += point.count;
        }
        counts
    }

    /// The sum of the points of the metric `name`; absent if it has none.
    pub(crate) fn sum(&self, name: &str) -> Option<i64> {
        let points = self.points();
        let of: Vec<_> = points.iter().filter(|point| point.name == name).collect();
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

fn points(metric: &Metric) -> Vec<Point> {
    let point = |attributes: &mut dyn Iterator<Item = &KeyValue>, count| Point {
        name: metric.name().to_owned(),
        attributes: attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect(),
        count,
    };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|p| point(&mut p.attributes(), p.count().cast_signed()))
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| point(&mut p.attributes(), p.value().cast_signed())).collect()
        }
        AggregatedMetrics::I64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| point(&mut p.attributes(), p.value())).collect()
        }
        other => panic!("{} is of a kind that is not declared: {other:?}", metric.name()),
    }
}
