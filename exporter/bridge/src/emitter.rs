//! The families of OpenTelemetry metrics, on their way out.

mod numbers;
mod survey;
mod times;

use std::{sync::Arc, time::SystemTime};

use kymo_core::{Exemplars, MetricExemplars};
use kymo_exposition::{Family, Histogram, NativeHistogram, Number, Series, Sink, Value};
use opentelemetry_sdk::{
    Resource,
    metrics::data::{AggregatedMetrics, HistogramDataPoint, Metric, MetricData, ResourceMetrics},
};

use crate::{
    assembler::Assembler,
    classic::Classics,
    definition::Definition,
    exemplar::{Shown, by_bucket},
    label::{self, OwnedLabel},
    loss::{Cause, Losses},
    merger::Merger,
    naming::Entry,
    native::{self, Natives},
    otel::Otel,
    outlet::Outlet,
    point::{self, Attributed},
    position::Position,
    rank::Rank,
    spelling::Spelling,
};

use times::Times;

/// Gives out families of OpenTelemetry metrics, in memory that it keeps between series.
///
/// A series goes down once: it gets its value and its labels, and is refused, held or given.
pub(crate) struct Emitter<'a> {
    pub(crate) outlet: Outlet<'a>,
    losses: &'a Losses,
    longest: usize,
    spelling: Spelling,
    resource: &'a Resource,
    /// When nothing was measured yet.
    began: SystemTime,
    /// The labels that the registry gives to all series.
    common: &'a [OwnedLabel],
    scopes: Vec<Vec<OwnedLabel>>,
    assembler: Assembler,
    /// The series of a family of which some may be equal, until all are there.
    merger: Merger,
    is_merging: bool,
    natives: Natives,
    classics: Classics,
    bounds: Vec<f64>,
    counts: Vec<u64>,
    /// Those of all metrics, if any are kept and whoever gets the families has a use for them.
    exemplars: Option<&'a Exemplars>,
    /// Those of the metric that is given out, if any of its series has some.
    of_metric: Option<Arc<MetricExemplars>>,
}

impl<'a> Emitter<'a> {
    /// Emits `metrics` into `sink`, with the labels that are `common` to all of a registry.
    pub(crate) fn new(
        sink: &'a mut dyn Sink,
        otel: &'a Otel,
        spelling: Spelling,
        metrics: &'a ResourceMetrics,
        common: &'a [OwnedLabel],
    ) -> Self {
        let exemplars = otel.exemplars().filter(|_| sink.takes_exemplars());
        Emitter {
            outlet: Outlet::new(sink),
            losses: &otel.losses,
            longest: otel.longest,
            spelling,
            resource: metrics.resource(),
            began: otel.began,
            common,
            scopes: otel.scopes(metrics, common, spelling),
            assembler: Assembler::new(spelling, otel.longest),
            merger: Merger::default(),
            is_merging: false,
            natives: Natives::default(),
            classics: Classics::default(),
            bounds: Vec::new(),
            counts: Vec::new(),
            exemplars,
            of_metric: None,
        }
    }

    /// Gives out one family: its header under this name, then the series of all its metrics.
    ///
    /// `is_shared` says that series of another collector will follow.
    pub(crate) fn family(&mut self, name: &str, family: &[Entry<'_>], is_shared: bool) {
        let Some(Entry { definition, .. }) = family.first() else {
            return;
        };
        let Definition { kind, help, unit, .. } = &**definition;
        self.outlet.family(&Family { name, help, unit, kind: *kind }, is_shared);
        let had_twins = self.spelling == Spelling::Utf8 && definition.spellings().has_twins();
        self.is_merging = self.has_twin_scopes(family) | self.survey(family) | had_twins;
        if self.is_merging {
            self.expect_equal(family);
        }
        for (entry, Entry { metric, .. }) in family.iter().enumerate() {
            match metric {
                Some(metric) => self.metric(metric, Position { family, entry }),
                None => self.target(),
            }
        }
        if !self.is_merging {
            return;
        }
        let Emitter { outlet, losses, merger, .. } = self;
        merger.spell(&mut definition.spellings());
        merger.give(|series| outlet.give(series), |cause| losses.record(definition.name(), cause));
    }

    /// Gives out the one series of `target_info`: the attributes of the resource, and the value 1.
    fn target(&mut self) {
        let labels = label::of_resource(self.resource, self.spelling, &|_| true).into_iter();
        let labels = label::joined(labels.chain(self.common.iter().cloned()));
        let labels: Vec<_> = labels.iter().map(OwnedLabel::borrowed).collect();
        self.outlet.give(&Series {
            labels: &labels,
            start_time: None,
            timestamp: None,
            value: Value::Number(Number::U64(1), None),
        });
    }

    /// Gives out a metric, whatever its numbers are.
    fn metric(&mut self, metric: &Metric, at: Position<'_>) {
        self.of_metric = self.exemplars.and_then(|all| at.exemplars(metric, all));
        match metric.data() {
            AggregatedMetrics::F64(data) => self.data(data, at),
            AggregatedMetrics::U64(data) => self.data(data, at),
            AggregatedMetrics::I64(data) => self.data(data, at),
        }
    }

    /// Gives out the points of a metric, by its kind.
    ///
    /// Gauges and up-down counters get no start time, since they may fall. An exponential histogram that no
    /// native one can be made of is a classic one alone, and counted as a loss.
    fn data<T: Copy + Into<Number>>(&mut self, data: &MetricData<T>, at: Position<'_>) {
        match data {
            MetricData::Gauge(gauge) => {
                let times = Times { start: None, is_latest: true };
                self.numbers(gauge.data_points(), times, |point| point.value().into(), at);
            }
            MetricData::Sum(sum) => {
                let start_time = sum.is_monotonic().then(|| self.start(sum.start_time()));
                let time = sum.is_monotonic().then(|| sum.time());
                if self.of_metric.is_none() {
                    let times = Times::of(start_time);
                    self.numbers(sum.data_points(), times, |point| point.value().into(), at);
                    return;
                }
                for point in sum.data_points() {
                    let number = point.value().into();
                    let shown = self.exemplars_of(point, time);
                    let labels = shown.labels();
                    let exemplar = shown.all(&labels).pop();
                    let value = || Value::Number(number, exemplar);
                    self.series(point, Times::of(start_time), value, at);
                }
            }
            MetricData::Histogram(histogram) => {
                let times = (self.start(histogram.start_time()), histogram.time());
                for point in histogram.data_points() {
                    self.histogram(point, times, at);
                }
            }
            MetricData::ExponentialHistogram(histogram) => {
                let start_time = Some(self.start(histogram.start_time()));
                let mut natives = std::mem::take(&mut self.natives);
                let mut classics = std::mem::take(&mut self.classics);
                for point in histogram.data_points() {
                    let native = natives.make(point);
                    let shown = self.exemplars_of(point, Some(histogram.time()));
                    let labels = shown.labels();
                    let exemplars = &shown.all(&labels);
                    let mut classic = classics.of(&native);
                    let buckets = by_bucket(exemplars, classic.bounds);
                    classic.exemplars = &buckets;
                    let value = if native::is_known(&native) {
                        let classic = Some(classic);
                        Value::NativeHistogram(NativeHistogram { exemplars, classic, ..native })
                    } else {
                        self.losses.record(at.name(), Cause::CoarseHistogram);
                        Value::Histogram(classic)
                    };
                    self.series(point, Times::of(start_time), || value, at);
                }
                self.natives = natives;
                self.classics = classics;
            }
        }
    }

    /// The start time of a series whose instrument was made at `made`, be it while a scrape was on its way, whose server
    /// has looked at its clock before: then the series would begin after its first sample, and a server that adds a
    /// zero where one begins would count that sample twice. Until then it was zero, and so it was when the bridge began.
    fn start(&self, made: SystemTime) -> SystemTime {
        made.min(self.began)
    }

    /// Gives out a histogram, of whose bounds and counts it makes slices.
    fn histogram<T: Copy + Into<Number>>(
        &mut self,
        point: &HistogramDataPoint<T>,
        (start, end): (SystemTime, SystemTime),
        at: Position<'_>,
    ) {
        let mut bounds = std::mem::take(&mut self.bounds);
        let mut counts = std::mem::take(&mut self.counts);
        bounds.clear();
        bounds.extend(point.bounds());
        counts.clear();
        counts.extend(point.bucket_counts());
        if counts.is_empty() {
            // Without bounds the SDK only counts.
            counts.push(point.count());
        }
        let shown = self.exemplars_of(point, Some(end));
        let labels = shown.labels();
        let exemplars = by_bucket(&shown.all(&labels), &bounds);
        let value = Histogram {
            bounds: &bounds,
            counts: &counts,
            sum: Some(point.sum().into()),
            can_fall: point::can_fall(point),
            exemplars: &exemplars,
        };
        self.series(point, Times::of(Some(start)), || Value::Histogram(value), at);
        self.bounds = bounds;
        self.counts = counts;
    }

    /// The exemplars of the series of `point` that it had at this `time`: what was observed after the collection is
    /// in no bucket of it. Without a time it has none.
    fn exemplars_of(&self, point: &impl Attributed, time: Option<SystemTime>) -> Shown {
        let Some((known, time)) = self.of_metric.as_ref().zip(time) else {
            return Shown::default();
        };
        let mut found = Vec::new();
        known.find(|| point.attributes(), &mut found);
        found.retain(|one| one.time <= time);
        Shown::new(found, self.spelling)
    }

    /// Gives out one series, or holds it where another one may have the same labels.
    ///
    /// Its value is made where it goes: it is large, and to copy it takes as long as to write a label.
    fn series<'v, P: Attributed>(
        &mut self,
        point: &P,
        Times { start: start_time, is_latest }: Times,
        value: impl FnOnce() -> Value<'v>,
        at: Position<'_>,
    ) {
        let it = at.surroundings(&self.scopes);
        let Emitter { assembler, merger, outlet, is_merging, losses, longest, .. } = self;
        let is_cut = assembler.give(point, it, |labels, same| {
            let series = Series { labels, start_time, timestamp: None, value: value() };
            if !*is_merging {
                outlet.give_next(&series, same);
            } else if merger.expects(labels) {
                let rank = Rank::of(at.entry, point.attributes(), *longest);
                merger.hold(rank, at.unit(), &series, is_latest);
            } else {
                outlet.give(&series);
            }
        });
        if is_cut {
            losses.record(at.name(), Cause::LongValue);
        }
    }
}
