//! Meters whose points can be read, and connections that are measured by them.

use std::collections::BTreeMap;

use kymo_cache::CacheMetrics;
use kymo_redis::{MeasuredConnection, RedisMetrics, RedisSettings};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};
use redis::aio::ConnectionLike;

pub(crate) const DURATION: &str = "db.client.operation.duration";
pub(crate) const REQUESTS: &str = "kymo.cache.requests";
pub(crate) const WRITES: &str = "kymo.cache.writes";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) struct Meters {
    pub(crate) metrics: RedisMetrics,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// One point: a sum's value, or a histogram's count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) count: u64,
}

impl Point {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }
}

impl Meters {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        let metrics = RedisMetrics::new(&provider, &CacheMetrics::new(&provider));
        Self { metrics, provider, exporter }
    }

    /// `connection`, measured without settings.
    pub(crate) fn measure<C: ConnectionLike>(&self, connection: C) -> MeasuredConnection<C> {
        self.metrics.redis(&RedisSettings::new()).connection(connection)
    }

    /// Every point.
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

    /// The points of the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Vec<Point> {
        self.points().into_iter().filter(|point| point.name == name).collect()
    }

    /// The only point of the metric `name`.
    pub(crate) fn only(&self, name: &str) -> Point {
        let mut points = self.of(name);
        assert_eq!(points.len(), 1, "{name}: {points:#?}");
        points.remove(0)
    }

    /// How often each operation was recorded, as `name error.type/status`.
    pub(crate) fn operations(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for point in self.of(DURATION) {
            let part = |key, before| point.get(key).map(|value| format!("{before}{value}"));
            let parts = [
                part("db.operation.name", ""),
                part("error.type", " "),
                part("db.response.status_code", "/"),
            ];
            let text: String = parts.into_iter().flatten().collect();
            *counts.entry(text).or_default() += point.count;
        }
        counts
    }

    /// Asserts that these operations were recorded, and no other.
    #[track_caller]
    pub(crate) fn assert_operations(&self, expected: &[(&str, u64)]) {
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect();
        assert_eq!(self.operations(), expected);
    }

    /// Hits, misses, errors and writes of the cache `name`.
    pub(crate) fn cache(&self, name: &str) -> [u64; 4] {
        let points = self.points();
        let of_cache = |metric: &str, result: Option<&str>| {
            let is = |point: &&Point| {
                point.name == metric
                    && point.get("kymo.cache.name") == Some(name)
                    && point.get("kymo.cache.result") == result
            };
            points.iter().filter(is).map(|point| point.count).sum()
        };
        [
            of_cache(REQUESTS, Some("hit")),
            of_cache(REQUESTS, Some("miss")),
            of_cache(REQUESTS, Some("error")),
            of_cache(WRITES, None),
        ]
    }
}

fn points(metric: &Metric) -> Vec<Point> {
    let point = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>, count| Point {
        name: metric.name().to_owned(),
        attributes: attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect(),
        count,
    };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            histogram.data_points().map(|p| point(&mut p.attributes(), p.count())).collect()
        }
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| point(&mut p.attributes(), p.value())).collect()
        }
        AggregatedMetrics::I64(MetricData::Sum(sum)) => {
            let unsigned = |value: i64| u64::try_from(value).unwrap();
            sum.data_points().map(|p| point(&mut p.attributes(), unsigned(p.value()))).collect()
        }
        other => panic!("{} is of a kind that is not declared: {other:?}", metric.name()),
    }
}
