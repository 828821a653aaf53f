//! Families of the `prometheus` crate.

use kymo_exposition::{Family, Histogram, Kind, Label, Number, Series, Sink, Value};
use prometheus::proto;

/// Turns families into those of the `prometheus` crate, one for each.
///
/// Numbers become floats there, and native histograms classic ones.
#[derive(Debug, Default)]
pub(crate) struct ProtoSink {
    done: Vec<proto::MetricFamily>,
    header: proto::MetricFamily,
    metrics: Vec<proto::Metric>,
}

impl ProtoSink {
    /// All families that have a metric.
    pub(crate) fn finish(mut self) -> Vec<proto::MetricFamily> {
        self.end_family();
        self.done
    }

    /// Ends the family that was begun last; one without metrics is left out.
    fn end_family(&mut self) {
        let mut family = std::mem::take(&mut self.header);
        if !self.metrics.is_empty() {
            family.set_metric(std::mem::take(&mut self.metrics));
            self.done.push(family);
        }
    }
}

impl Sink for ProtoSink {
    fn family(&mut self, family: &Family<'_>) {
        self.end_family();
        self.header.set_name(family.name.to_owned());
        self.header.set_help(family.help.to_owned());
        self.header.set_field_type(match family.kind {
            Kind::Counter => proto::MetricType::COUNTER,
            Kind::Histogram => proto::MetricType::HISTOGRAM,
            _ => proto::MetricType::GAUGE,
        });
    }

    fn series(&mut self, series: &Series<'_>) {
        let labels = series.labels.iter().map(label_pair).collect();
        let mut metric = proto::Metric::from_label(labels);
        match &series.value {
            Value::Number(number, _)
                if self.header.get_field_type() == proto::MetricType::COUNTER =>
            {
                let mut counter = proto::Counter::default();
                counter.set_value(number.as_f64());
                metric.set_counter(counter);
            }
            Value::Number(number, _) => {
                let mut gauge = proto::Gauge::default();
                gauge.set_value(number.as_f64());
                metric.set_gauge(gauge);
            }
            Value::Histogram(it) => {
                let Some(histogram) = histogram(it) else { return };
                metric.set_histogram(histogram);
            }
            Value::NativeHistogram(it) => {
                let Some(histogram) = it.classic.as_ref().and_then(histogram) else { return };
                metric.set_histogram(histogram);
            }
            _ => return,
        }
        self.metrics.push(metric);
    }

    /// A family of that crate has none.
    fn takes_exemplars(&self) -> bool {
        false
    }
}

fn label_pair(label: &Label<'_>) -> proto::LabelPair {
    let mut pair = proto::LabelPair::default();
    pair.set_name(label.name.to_owned());
    pair.set_value(label.value.to_owned());
    pair
}

/// The histogram, unless it has more observations than can be counted.
fn histogram(it: &Histogram<'_>) -> Option<proto::Histogram> {
    let mut histogram = proto::Histogram::default();
    histogram.set_sample_count(it.count()?);
    histogram.set_bucket(buckets(it.bounds, it.counts));
    // Here it is a counter.
    let sum = it.sum.filter(|_| !it.can_fall);
    histogram.set_sample_sum(sum.map_or(f64::NAN, Number::as_f64));
    Some(histogram)
}

/// Cumulative buckets, without that of `+Inf`, which the count stands for.
fn buckets(bounds: &[f64], counts: &[u64]) -> Vec<proto::Bucket> {
    let mut cumulative = 0;
    let bucket = |(&bound, &count): (&f64, &u64)| {
        cumulative += count;
        let mut bucket = proto::Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(cumulative);
        bucket
    };
    bounds.iter().zip(counts).map(bucket).collect()
}
