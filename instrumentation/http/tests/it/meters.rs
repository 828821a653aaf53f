//! A meter provider whose points can be read.

use std::collections::BTreeMap;

use kymo_http::ServerLayer;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};

pub(crate) struct Meters {
    pub(crate) provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// One point: a sum's value, or a histogram's count and sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) count: i64,
    pub(crate) sum: f64,
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
        Self { provider, exporter }
    }

    pub(crate) fn layer(&self) -> ServerLayer {
        ServerLayer::new(&self.provider)
    }

    /// Every point that was recorded at least once.
    pub(crate) fn points(&self) -> Vec<Point> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        let mut points: Vec<_> = metrics.flat_map(points).collect();
        points.retain(|point| point.count != 0 || !is_histogram(&point.name));
        points
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

    /// The one observation of `http.server.request.duration` there must be.
    pub(crate) fn the_request(&self) -> Point {
        let point = self.only("http.server.request.duration");
        assert_eq!(point.count, 1, "{point:#?}");
        point
    }

    /// How many requests are active.
    pub(crate) fn active(&self) -> i64 {
        self.of("http.server.active_requests").iter().map(|point| point.count).sum()
    }

    /// How many streams are open.
    pub(crate) fn streams(&self) -> i64 {
        self.of("kymo.http.server.active_streams").iter().map(|point| point.count).sum()
    }
}

fn is_histogram(name: &str) -> bool {
    name.ends_with("duration") || name.ends_with("size")
}

#[expect(clippy::cast_possible_wrap, reason = "small numbers")]
fn points(metric: &Metric) -> Vec<Point> {
    let point =
        |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>, count, sum| Point {
            name: metric.name().to_owned(),
            attributes: attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect(),
            count,
            sum,
        };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(h)) => {
            h.data_points().map(|p| point(&mut p.attributes(), p.count() as i64, p.sum())).collect()
        }
        AggregatedMetrics::U64(MetricData::Histogram(h)) => h
            .data_points()
            .map(|p| point(&mut p.attributes(), p.count() as i64, p.sum() as f64))
            .collect(),
        AggregatedMetrics::I64(MetricData::Sum(s)) => s
            .data_points()
            .map(|p| point(&mut p.attributes(), p.value(), p.value() as f64))
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(s)) => s
            .data_points()
            .map(|p| point(&mut p.attributes(), p.value() as i64, p.value() as f64))
            .collect(),
        other => panic!("{}: {other:?}", metric.name()),
    }
}
