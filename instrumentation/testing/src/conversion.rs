//! From what the SDK collects to a snapshot.

use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::metrics::data::{
    self, AggregatedMetrics, ExponentialBucket, ExponentialHistogramDataPoint, HistogramDataPoint,
    MetricData, ResourceMetrics,
};

use crate::{
    histogram::{Bucket, Buckets, Histogram},
    metric::{Kind, Metric, Scope},
    number::Number,
    series::{Reading, Series},
    snapshot::Snapshot,
};

impl From<&ResourceMetrics> for Snapshot {
    fn from(collected: &ResourceMetrics) -> Self {
        let resource = collected.resource().iter();
        let resource = resource.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let metrics = collected.scope_metrics().flat_map(|scope| {
            let owner = Scope::from(scope.scope());
            scope.metrics().map(move |metric| self::metric(&owner, metric))
        });
        Self::sorted(resource.collect(), metrics.collect())
    }
}

impl From<&InstrumentationScope> for Scope {
    fn from(scope: &InstrumentationScope) -> Self {
        Self {
            name: scope.name().to_owned(),
            version: scope.version().map(str::to_owned),
            attributes: scope.attributes().collect(),
        }
    }
}

fn metric(scope: &Scope, metric: &data::Metric) -> Metric {
    let (kind, series) = match metric.data() {
        AggregatedMetrics::F64(data) => read(data),
        AggregatedMetrics::U64(data) => read(data),
        AggregatedMetrics::I64(data) => read(data),
    };
    Metric {
        name: metric.name().to_owned(),
        kind,
        unit: metric.unit().to_owned(),
        description: metric.description().to_owned(),
        scope: scope.clone(),
        series,
    }
}

fn read<T: Copy + Into<Number>>(data: &MetricData<T>) -> (Kind, Vec<Series>) {
    match data {
        MetricData::Gauge(gauge) => {
            let points = gauge.data_points();
            let series = points.map(|point| number(point.attributes(), point.value()));
            (Kind::Gauge, series.collect())
        }
        MetricData::Sum(sum) => {
            let kind = if sum.is_monotonic() { Kind::Counter } else { Kind::UpDownCounter };
            let points = sum.data_points();
            let series = points.map(|point| number(point.attributes(), point.value()));
            (kind, series.collect())
        }
        MetricData::Histogram(histogram) => {
            (Kind::Histogram, histogram.data_points().map(explicit).collect())
        }
        MetricData::ExponentialHistogram(histogram) => {
            (Kind::ExponentialHistogram, histogram.data_points().map(exponential).collect())
        }
    }
}

fn number<'a>(attributes: impl Iterator<Item = &'a KeyValue>, value: impl Into<Number>) -> Series {
    Series { attributes: attributes.collect(), reading: Reading::Number(value.into()) }
}

fn explicit<T: Copy + Into<Number>>(point: &HistogramDataPoint<T>) -> Series {
    let uppers = point.bounds().chain([f64::INFINITY]);
    let buckets = uppers.zip(point.bucket_counts());
    let histogram = Histogram {
        count: point.count(),
        sum: point.sum().into(),
        min: point.min().map(Into::into),
        max: point.max().map(Into::into),
        buckets: Buckets::Explicit(buckets.map(|(upper, count)| Bucket { upper, count }).collect()),
    };
    Series { attributes: point.attributes().collect(), reading: Reading::Histogram(histogram) }
}

fn exponential<T: Copy + Into<Number>>(point: &ExponentialHistogramDataPoint<T>) -> Series {
    let side = |bucket: &ExponentialBucket| {
        let filled = (bucket.offset()..).zip(bucket.counts());
        filled.filter(|(_, count)| *count > 0).collect()
    };
    let histogram = Histogram {
        count: point.count() as u64,
        sum: point.sum().into(),
        min: point.min().map(Into::into),
        max: point.max().map(Into::into),
        buckets: Buckets::Exponential {
            scale: point.scale(),
            zero_count: point.zero_count(),
            positive: side(point.positive_bucket()),
            negative: side(point.negative_bucket()),
        },
    };
    Series { attributes: point.attributes().collect(), reading: Reading::Histogram(histogram) }
}
