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

/// The sum of a histogram, unless it may fall: then it is no counter, and the OpenTelemetry
/// specification ("Prometheus and `OpenMetrics` compatibility", section Histograms) and `OpenMetrics`
/// want none.
///
/// That is so when a bound is below zero, or something below zero was recorded. Without a minimum,
/// only the sum itself can tell of that.
pub(crate) fn rising_sum<T: Copy + Into<Number>>(point: &HistogramDataPoint<T>) -> Option<Number> {
    let sum = point.sum().into();
    let least = point.min().map_or(sum, Into::into).as_f64();
    let can_fall = least < 0.0 || point.bounds().next().is_some_and(|bound| bound < 0.0);
    (!can_fall).then_some(sum)
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
