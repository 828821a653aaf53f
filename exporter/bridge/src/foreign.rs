//! Families of other collectors, on their way out.

use kymo_exposition::{Family, Histogram, Kind, Label, Number, Quantile, Series, Summary, Value};
use prometheus::proto::{self, LabelPair, Metric, MetricFamily, MetricType};

use crate::{
    loss::{Cause, Losses},
    name::is_legal,
    outlet::Outlet,
    reading::{self, is_of_kind},
};

/// A family that some other collector made.
#[derive(Debug)]
pub(crate) struct Foreign<'a> {
    family: &'a MetricFamily,
    pub(crate) kind: Kind,
}

impl<'a> Foreign<'a> {
    /// The family, or `None` after recording why it cannot be passed on.
    pub(crate) fn read(family: &'a MetricFamily, losses: &Losses) -> Option<Self> {
        let kind = match family.get_field_type() {
            MetricType::COUNTER => Kind::Counter,
            MetricType::GAUGE => Kind::Gauge,
            MetricType::HISTOGRAM => Kind::Histogram,
            MetricType::SUMMARY => Kind::Summary,
            // With and without its `protobuf` feature, `prometheus` has no common way to read others.
            MetricType::UNTYPED => {
                losses.record(family.name(), Cause::UnreadableType);
                return None;
            }
        };
        if !is_legal(family.name()) {
            losses.record(family.name(), Cause::IllegalName);
            return None;
        }
        Some(Foreign { family, kind })
    }

    pub(crate) fn name(&self) -> &'a str {
        self.family.name()
    }

    pub(crate) fn help(&self) -> &'a str {
        self.family.help()
    }

    /// Gives out the header, then all series.
    pub(crate) fn give(&self, outlet: &mut Outlet<'_>, losses: &Losses) {
        let (name, help) = (self.name(), self.help());
        outlet.family(&Family { name, help, unit: "", kind: self.kind }, false);
        self.give_series(outlet, losses);
    }

    /// Gives out the series that are well-formed and not like one that is there already.
    pub(crate) fn give_series(&self, outlet: &mut Outlet<'_>, losses: &Losses) {
        let metrics = self.family.get_metric();
        let mut scratch = Scratch::default();
        let mut labels = Vec::new();
        for (index, metric) in metrics.iter().enumerate() {
            labels.clear();
            labels.extend(metric.get_label().iter().map(borrowed));
            let value = self.value(metric, &mut scratch).filter(|_| self.are_legal(&labels));
            let Some(value) = value else {
                losses.record(self.name(), Cause::MalformedSeries);
                continue;
            };
            // A registry has no timestamp but 0 for now.
            let timestamp = Some(metric.timestamp_ms()).filter(|timestamp| *timestamp != 0);
            let series = Series { labels: &labels, start_time: None, timestamp, value };
            if is_repeated(metric, &metrics[..index]) || !outlet.give_once(&series) {
                losses.record(self.name(), Cause::DuplicateSeries);
            }
        }
    }

    /// Whether the names of all labels can be written, are distinct, and are none that the kind brings
    /// itself: `le` of histograms, `quantile` of summaries.
    fn are_legal(&self, labels: &[Label<'_>]) -> bool {
        let reserved = match self.kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            _ => "",
        };
        labels.iter().enumerate().all(|(index, label)| {
            is_legal(label.name)
                && !label.name.contains(':')
                && label.name != reserved
                && labels[..index].iter().all(|before| before.name != label.name)
        })
    }

    /// The value in the form of the family's kind, or `None` when it has another form or is broken.
    fn value<'s>(&self, metric: &Metric, scratch: &'s mut Scratch) -> Option<Value<'s>> {
        if !is_of_kind(metric, self.kind) {
            return None;
        }
        match self.kind {
            Kind::Counter => Some(number(reading::counter(metric.get_counter()))),
            Kind::Gauge => Some(number(reading::gauge(metric.get_gauge()))),
            Kind::Histogram => scratch.histogram(metric.get_histogram()),
            _ => scratch.summary(metric.get_summary()),
        }
    }
}

/// Memory for the parts of a value.
#[derive(Debug, Default)]
struct Scratch {
    bounds: Vec<f64>,
    counts: Vec<u64>,
    quantiles: Vec<Quantile>,
}

impl Scratch {
    /// Takes a histogram apart, from cumulative counts to those of each bucket; `None` if they fall, or if the
    /// bounds do not ascend.
    fn histogram(&mut self, it: &proto::Histogram) -> Option<Value<'_>> {
        self.bounds.clear();
        self.counts.clear();
        let mut below = 0;
        let finite = |bucket: &&proto::Bucket| bucket.upper_bound() != f64::INFINITY;
        for bucket in it.get_bucket().iter().filter(finite) {
            self.bounds.push(bucket.upper_bound());
            self.counts.push(bucket.cumulative_count().checked_sub(below)?);
            below = bucket.cumulative_count();
        }
        self.counts.push(it.get_sample_count().checked_sub(below)?);
        let histogram = Histogram {
            bounds: &self.bounds,
            counts: &self.counts,
            sum: Some(Number::F64(it.get_sample_sum())),
            // In text it is as its collector has it.
            can_fall: false,
            exemplars: &[],
        };
        histogram.is_well_formed().then_some(Value::Histogram(histogram))
    }

    /// Takes a summary apart; `None` if its quantiles do not ascend from 0 to 1.
    fn summary(&mut self, it: &proto::Summary) -> Option<Value<'_>> {
        self.quantiles.clear();
        self.quantiles.extend(
            it.get_quantile().iter().map(|quantile| Quantile {
                quantile: quantile.quantile(),
                value: quantile.value(),
            }),
        );
        let summary = Summary {
            quantiles: &self.quantiles,
            sum: Some(Number::F64(it.sample_sum())),
            count: it.sample_count(),
        };
        summary.is_well_formed().then_some(Value::Summary(summary))
    }
}

fn number(number: f64) -> Value<'static> {
    Value::Number(Number::F64(number), None)
}

fn borrowed(pair: &LabelPair) -> Label<'_> {
    Label { name: pair.name(), value: pair.value() }
}

/// Whether one of the metrics before has the same labels.
///
/// A registry sorts the metrics of a family by the values of their labels, so an equal one can only
/// be among those directly before that have the same values.
fn is_repeated(metric: &Metric, before: &[Metric]) -> bool {
    let values = |metric: &'_ Metric| metric.get_label().len();
    let same_values = |other: &&Metric| {
        values(other) == values(metric)
            && other.get_label().iter().zip(metric.get_label()).all(|(a, b)| a.value() == b.value())
    };
    let mut run = before.iter().rev().take_while(same_values);
    run.any(|other| other.get_label() == metric.get_label())
}
