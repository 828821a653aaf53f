use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, ExponentialHistogramDataPoint, GaugeDataPoint, HistogramDataPoint, Metric,
    MetricData, SumDataPoint,
};

/// Something with attributes: each of the SDK's kinds of data point.
pub(crate) trait Attributed {
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

/// Whoever looks at points, whatever their kind.
pub(crate) trait Visitor {
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
