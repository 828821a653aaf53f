//! A metric, declared once.

use opentelemetry::metrics::{AsyncInstrument, Counter, Gauge, Histogram, Meter, UpDownCounter};

use crate::key::AttributeKey;

/// Everything there is to know about one metric: instruments, documentation, dashboards and tests
/// derive from this constant and from nothing else.
///
/// ```
/// use kymo_core::{MetricKind, MetricSpec, key};
///
/// const JOBS: MetricSpec = MetricSpec::new("jobs", MetricKind::Counter, "{job}", "Jobs finished.")
///     .with_attributes(&[key::ERROR_TYPE])
///     .recorded("Once for each job, however it ended.");
/// assert_eq!(JOBS.attributes, [key::ERROR_TYPE]);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MetricSpec {
    /// The OpenTelemetry name, such as `http.server.request.duration`.
    pub name: &'static str,
    /// The kind of instrument that records it.
    pub kind: MetricKind,
    /// The unit in UCUM, such as `s`, `By` or `{request}`.
    pub unit: &'static str,
    /// One sentence for an operator; becomes `# HELP`.
    pub description: &'static str,
    /// Every key this metric may carry; no other ever appears.
    pub attributes: &'static [AttributeKey],
    /// When an observation is made, in one sentence; empty if nothing is said.
    pub recorded: &'static str,
}

/// The kind of instrument that records a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetricKind {
    /// Only ever grows, such as requests: read it as a rate.
    Counter,
    /// Goes up and comes down again, such as connections: values of several processes add up.
    UpDownCounter,
    /// The latest reading of something, such as an uptime: values of several processes do not add up.
    Gauge,
    /// The distribution of values, such as durations.
    Histogram {
        /// Upper bounds of the buckets unless the user brings other ones, in the metric's unit.
        buckets: &'static [f64],
    },
}

impl MetricSpec {
    /// A metric without attributes; [`with_attributes`](Self::with_attributes) adds them, and
    /// [`recorded`](Self::recorded) says when it is recorded.
    pub const fn new(
        name: &'static str,
        kind: MetricKind,
        unit: &'static str,
        description: &'static str,
    ) -> Self {
        Self { name, kind, unit, description, attributes: &[], recorded: "" }
    }

    /// The same metric, with every key that it may carry.
    pub const fn with_attributes(self, attributes: &'static [AttributeKey]) -> Self {
        Self { attributes, ..self }
    }

    /// The same metric, with when an observation is made, in one sentence.
    pub const fn recorded(self, when: &'static str) -> Self {
        Self { recorded: when, ..self }
    }

    /// The upper bounds of its buckets; none if it is no histogram, or counts and sums only.
    pub const fn buckets(&self) -> &'static [f64] {
        match self.kind {
            MetricKind::Histogram { buckets } => buckets,
            MetricKind::Counter | MetricKind::UpDownCounter | MetricKind::Gauge => &[],
        }
    }

    /// The counter that records this metric.
    pub fn counter(&self, meter: &Meter) -> Counter<u64> {
        debug_assert_eq!(self.kind, MetricKind::Counter, "{}", self.name);
        meter.u64_counter(self.name).with_unit(self.unit).with_description(self.description).build()
    }

    /// The counter of a measured quantity, such as seconds.
    pub fn real_counter(&self, meter: &Meter) -> Counter<f64> {
        debug_assert_eq!(self.kind, MetricKind::Counter, "{}", self.name);
        meter.f64_counter(self.name).with_unit(self.unit).with_description(self.description).build()
    }

    /// The up-down counter that records this metric.
    pub fn up_down_counter(&self, meter: &Meter) -> UpDownCounter<i64> {
        debug_assert_eq!(self.kind, MetricKind::UpDownCounter, "{}", self.name);
        meter
            .i64_up_down_counter(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .build()
    }

    /// The gauge that records this metric.
    pub fn gauge(&self, meter: &Meter) -> Gauge<f64> {
        debug_assert_eq!(self.kind, MetricKind::Gauge, "{}", self.name);
        meter.f64_gauge(self.name).with_unit(self.unit).with_description(self.description).build()
    }

    /// The histogram of a measured quantity, such as seconds, in the buckets of this constant.
    pub fn histogram(&self, meter: &Meter) -> Histogram<f64> {
        self.histogram_with(meter, self.buckets())
    }

    /// As [`MetricSpec::histogram`], with `bounds` as upper bounds of the buckets instead.
    ///
    /// Instruments of one meter that have the same name share one aggregation, whose buckets are
    /// those of the first: bounds given later for the same name have no effect.
    pub fn histogram_with(&self, meter: &Meter, bounds: &[f64]) -> Histogram<f64> {
        debug_assert!(matches!(self.kind, MetricKind::Histogram { .. }), "{}", self.name);
        meter
            .f64_histogram(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_boundaries(bounds.to_vec())
            .build()
    }

    /// The histogram of a counted quantity, such as bytes; otherwise as [`MetricSpec::histogram`].
    pub fn integer_histogram(&self, meter: &Meter) -> Histogram<u64> {
        self.integer_histogram_with(meter, self.buckets())
    }

    /// The histogram of a counted quantity; otherwise as [`MetricSpec::histogram_with`].
    pub fn integer_histogram_with(&self, meter: &Meter, bounds: &[f64]) -> Histogram<u64> {
        debug_assert!(matches!(self.kind, MetricKind::Histogram { .. }), "{}", self.name);
        meter
            .u64_histogram(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_boundaries(bounds.to_vec())
            .build()
    }

    /// Lets `callback` observe this counter at every collection, for as long as the provider
    /// lives: whole numbers that are counted elsewhere, such as by the kernel.
    ///
    /// A series that the callback does not observe in a collection is absent from it. The callback must
    /// not block, and holds the things that it watches weakly.
    pub fn observable_counter(&self, meter: &Meter, callback: impl Callback<u64>) {
        debug_assert_eq!(self.kind, MetricKind::Counter, "{}", self.name);
        meter
            .u64_observable_counter(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_callback(callback)
            .build();
    }

    /// As [`MetricSpec::observable_counter`], of a measured quantity, such as seconds.
    pub fn observable_real_counter(&self, meter: &Meter, callback: impl Callback<f64>) {
        debug_assert_eq!(self.kind, MetricKind::Counter, "{}", self.name);
        meter
            .f64_observable_counter(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_callback(callback)
            .build();
    }

    /// As [`MetricSpec::observable_counter`], of a number that goes up and comes down again.
    pub fn observable_up_down_counter(&self, meter: &Meter, callback: impl Callback<i64>) {
        debug_assert_eq!(self.kind, MetricKind::UpDownCounter, "{}", self.name);
        meter
            .i64_observable_up_down_counter(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_callback(callback)
            .build();
    }

    /// Lets `callback` observe this gauge at every collection, for as long as the provider lives.
    ///
    /// The SDK repeats the last value of a series that is no longer observed, for ever: a series that
    /// can end, such as the size of a pool, belongs to an up-down counter instead.
    pub fn observable_gauge(&self, meter: &Meter, callback: impl Callback<f64>) {
        debug_assert_eq!(self.kind, MetricKind::Gauge, "{}", self.name);
        meter
            .f64_observable_gauge(self.name)
            .with_unit(self.unit)
            .with_description(self.description)
            .with_callback(callback)
            .build();
    }
}

/// Observes a metric; a provider calls it at every collection.
pub trait Callback<T>: Fn(&dyn AsyncInstrument<T>) + Send + Sync + 'static {}

impl<T, F: Fn(&dyn AsyncInstrument<T>) + Send + Sync + 'static> Callback<T> for F {}
