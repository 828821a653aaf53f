use std::time::SystemTime;

use kymo_exposition::{Family, Histogram, Kind, Label, Number, Series, Sink, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, HistogramDataPoint, Metric, MetricData};

use crate::assembler::{Assembler, Surroundings};
use crate::definition::Definition;
use crate::label::OwnedLabel;
use crate::loss::{Cause, Losses};
use crate::native::Natives;
use crate::otel::{self, Entry};
use crate::point::{self, Attributed};
use crate::unique::Unique;

/// Pushes families of OpenTelemetry metrics into a sink, in memory that it keeps between series.
pub(crate) struct Emitter<'a> {
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) losses: &'a Losses,
    pub(crate) unique: Unique,
    resource: &'a Resource,
    /// The labels that the registry gives to all series.
    common: &'a [OwnedLabel],
    scopes: Vec<Vec<OwnedLabel>>,
    assembler: Assembler,
    natives: Natives,
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

/// Where in a family a series is.
#[derive(Clone, Copy)]
struct Position<'a> {
    family: &'a [Entry<'a>],
    entry: usize,
    point: usize,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(
        sink: &'a mut dyn Sink,
        losses: &'a Losses,
        resource: &'a Resource,
        common: &'a [OwnedLabel],
        scopes: Vec<Vec<OwnedLabel>>,
    ) -> Self {
        Emitter {
            sink,
            losses,
            unique: Unique::default(),
            resource,
            common,
            scopes,
            assembler: Assembler::default(),
            natives: Natives::default(),
            bounds: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Pushes one family: its header under this name, then the series of all its metrics.
    ///
    /// `shared` says that series of others will follow, so all of its own have to be remembered.
    pub(crate) fn family(&mut self, name: &str, family: &[Entry<'_>], shared: bool) {
        let Some(Entry { definition, .. }) = family.first() else {
            return;
        };
        let Definition { kind, help, unit, .. } = &**definition;
        self.sink.family(&Family { name, help, unit, kind: *kind });
        self.unique.reset();
        if shared || self.has_twin_scopes(family) {
            self.unique.activate();
        }
        for (entry, Entry { metric, .. }) in family.iter().enumerate() {
            match metric {
                Some(metric) => self.metric(metric, Position { family, entry, point: 0 }),
                None => self.target(),
            }
        }
    }

    fn target(&mut self) {
        let labels = otel::resource_labels(self.resource, &|_| true).into_iter();
        let labels = otel::joined(labels.chain(self.common.iter().cloned()));
        let labels: Vec<_> = labels.iter().map(OwnedLabel::borrowed).collect();
        self.unique.insert(&labels);
        self.sink.series(&Series {
            labels: &labels,
            start_time: None,
            value: Value::Number(Number::U64(1), None),
        });
    }

    fn metric(&mut self, metric: &Metric, at: Position<'_>) {
        match metric.data() {
            AggregatedMetrics::F64(data) => self.data(data, at),
            AggregatedMetrics::U64(data) => self.data(data, at),
            AggregatedMetrics::I64(data) => self.data(data, at),
        }
    }

    fn data<T: Copy + Into<Number>>(&mut self, data: &MetricData<T>, mut at: Position<'_>) {
        match data {
            MetricData::Gauge(gauge) => {
                for point in gauge.data_points() {
                    self.number(point, point.value(), None, at);
                    at.point += 1;
                }
            }
            MetricData::Sum(sum) => {
                let start = sum.is_monotonic().then(|| sum.start_time());
                for point in sum.data_points() {
                    self.number(point, point.value(), start, at);
                    at.point += 1;
                }
            }
            MetricData::Histogram(histogram) => {
                for point in histogram.data_points() {
                    self.histogram(point, histogram.start_time(), at);
                    at.point += 1;
                }
            }
            MetricData::ExponentialHistogram(histogram) => {
                self.losses.record(at.name(), Cause::ExponentialHistogram);
                let mut natives = std::mem::take(&mut self.natives);
                for point in histogram.data_points() {
                    match natives.make(point) {
                        Some(native) => {
                            let value = Value::NativeHistogram(native);
                            self.series(point, Some(histogram.start_time()), value, at);
                        }
                        None => self.losses.record(at.name(), Cause::CoarseHistogram),
                    }
                    at.point += 1;
                }
                self.natives = natives;
            }
        }
    }

    fn number<P: Attributed>(
        &mut self,
        point: &P,
        number: impl Into<Number>,
        start: Option<SystemTime>,
        at: Position<'_>,
    ) {
        self.series(point, start, Value::Number(number.into(), None), at);
    }

    fn histogram<T: Copy + Into<Number>>(
        &mut self,
        point: &HistogramDataPoint<T>,
        start: SystemTime,
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
        let value = Value::Histogram(Histogram {
            bounds: &bounds,
            counts: &counts,
            sum: Some(point.sum().into()),
            exemplars: &[],
        });
        self.series(point, Some(start), value, at);
        self.bounds = bounds;
        self.counts = counts;
    }

    fn series<P: Attributed>(
        &mut self,
        point: &P,
        start_time: Option<SystemTime>,
        value: Value<'_>,
        at: Position<'_>,
    ) {
        let scope = at.family[at.entry].scope;
        let it = surroundings(&self.scopes, scope, at);
        if self.assembler.prepare(point, it) && self.unique.activate() {
            self.remember(at);
            self.assembler.prepare(point, surroundings(&self.scopes, scope, at));
        }
        let Emitter { assembler, unique, sink, losses, scopes, .. } = self;
        assembler.give(point, surroundings(scopes, scope, at), |labels: &[Label<'_>]| {
            if unique.insert(labels) {
                sink.series(&Series { labels, start_time, value });
            } else {
                losses.record(at.name(), Cause::DuplicateSeries);
            }
        });
    }

    /// Makes good for the series of the family that came before anybody was watching.
    fn remember(&mut self, end: Position<'_>) {
        for (entry, Entry { metric, scope, .. }) in end.family[..=end.entry].iter().enumerate() {
            let Some(metric) = metric else { continue };
            let mut left = if entry == end.entry { end.point } else { usize::MAX };
            point::each(metric, |attributes| {
                if left > 0 {
                    left -= 1;
                    let it = surroundings(&self.scopes, *scope, end);
                    self.assembler.prepare(attributes, it);
                    let unique = &mut self.unique;
                    self.assembler.give(attributes, it, |labels| {
                        unique.insert(labels);
                    });
                }
            });
        }
    }

    /// Whether two metrics of the family have the same labels besides their attributes.
    fn has_twin_scopes(&self, family: &[Entry<'_>]) -> bool {
        let labels = |entry: &Entry<'_>| self.scopes.get(entry.scope);
        family.iter().enumerate().any(|(index, entry)| {
            family[..index].iter().any(|before| labels(before) == labels(entry))
        })
    }
}

impl<'a> Position<'a> {
    fn name(self) -> &'a str {
        &self.family[self.entry].definition.name
    }
}

fn surroundings<'a>(
    scopes: &'a [Vec<OwnedLabel>],
    scope: usize,
    at: Position<'_>,
) -> Surroundings<'a> {
    Surroundings {
        scope,
        scope_labels: scopes.get(scope).map(Vec::as_slice).unwrap_or_default(),
        is_histogram: at.family[at.entry].definition.kind == Kind::Histogram,
    }
}
