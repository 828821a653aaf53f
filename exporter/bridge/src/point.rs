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

impl Attributed for [&KeyValue] {
    fn attributes(&self) -> impl Iterator<Item = &KeyValue> {
        self.iter().copied()
    }
}

/// Shows the attributes of every point of a metric, in their order.
pub(crate) fn each(metric: &Metric, mut show: impl FnMut(&[&KeyValue])) {
    match metric.data() {
        AggregatedMetrics::F64(data) => each_of(data, &mut show),
        AggregatedMetrics::U64(data) => each_of(data, &mut show),
        AggregatedMetrics::I64(data) => each_of(data, &mut show),
    }
}

fn each_of<T>(data: &MetricData<T>, show: &mut impl FnMut(&[&KeyValue])) {
    match data {
        MetricData::Gauge(it) => shown(it.data_points(), show),
        MetricData::Sum(it) => shown(it.data_points(), show),
        MetricData::Histogram(it) => shown(it.data_points(), show),
        MetricData::ExponentialHistogram(it) => shown(it.data_points(), show),
    }
}

fn shown<'a, P: Attributed + 'a>(
    points: impl Iterator<Item = &'a P>,
    show: &mut impl FnMut(&[&KeyValue]),
) {
    points.for_each(|point| show(&point.attributes().collect::<Vec<_>>()));
}
