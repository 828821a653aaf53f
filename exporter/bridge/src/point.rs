//! Data points of the SDK, whatever their kind.

use kymo_exposition::Number;
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, ExponentialHistogramDataPoint, GaugeDataPoint, HistogramDataPoint, Metric,
    MetricData, SumDataPoint,
};

/// Something with attributes: each of the SDK's kinds of data point.
pub(crate) trait Attributed {
    /// The attributes in the order of the SDK, of which a key may be there twice.
    fn attributes(&self) -> impl Iterator<Item = &KeyValue>;
}

impl<T> Attributed for GaugeDataPoint<T> {
    fn attributes(&self) -> impl Iterator<Item = &KeyValue> {
        self.attributes()
    }
}

impl<T> Attributed for SumDataPoint<T> {
    fn attributes(&self) -> impl Iterator<Item = &KeyValue> {
        self.attributes()
    }
}

impl<T> Attributed for HistogramDataPoint<T> {
    fn attributes(&self) -> impl Iterator<Item = &KeyValue> {
        self.attributes()
    }
}

impl<T> Attributed for ExponentialHistogramDataPoint<T> {
    fn attributes(&self) -> impl Iterator<Item = &KeyValue> {
        self.attributes()
    }
}

/// Whether the sum of a histogram may fall: then it is no counter, and the OpenTelemetry
/// specification ("Prometheus and `OpenMetrics` compatibility", section Histograms) and `OpenMetrics` 1
/// want none.
///
/// That is so when a bound is below zero, or something below zero was recorded. Without a minimum,
/// only the sum itself can tell of that.
pub(crate) fn can_fall<T: Copy + Into<Number>>(point: &HistogramDataPoint<T>) -> bool {
    let least = point.min().unwrap_or(point.sum()).into().as_f64();
    least < 0.0 || point.bounds().next().is_some_and(|bound| bound < 0.0)
}

/// A look at points, whatever their kind.
pub(crate) trait Visitor {
    /// Looks at one point.
    fn visit(&mut self, point: &impl Attributed);
}

/// Shows every point of a metric, in their order.
pub(crate) fn each(metric: &Metric, visitor: &mut impl Visitor) {
    match metric.data() {
        AggregatedMetrics::F64(data) => each_of(data, visitor),
        AggregatedMetrics::U64(data) => each_of(data, visitor),
        AggregatedMetrics::I64(data) => each_of(data, visitor),
    }
}

fn each_of<T>(data: &MetricData<T>, visitor: &mut impl Visitor) {
    match data {
        MetricData::Gauge(it) => it.data_points().for_each(|point| visitor.visit(point)),
        MetricData::Sum(it) => it.data_points().for_each(|point| visitor.visit(point)),
        MetricData::Histogram(it) => it.data_points().for_each(|point| visitor.visit(point)),
        MetricData::ExponentialHistogram(it) => {
            it.data_points().for_each(|point| visitor.visit(point));
        }
    }
}
