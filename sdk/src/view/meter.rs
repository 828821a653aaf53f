//! A meter whose instruments have the shape that views give them.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kymo_core::{ExemplarLimits, Exemplars};
use opentelemetry::{
    InstrumentationScope, KeyValue,
    metrics::{
        AsyncInstrumentBuilder, Callback, Counter, Gauge, Histogram, HistogramBuilder,
        InstrumentBuilder, InstrumentProvider, Meter, ObservableCounter, ObservableGauge,
        ObservableUpDownCounter, UpDownCounter,
    },
};
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{
    Shapes,
    callbacks::{Callbacks, is_running},
    instrument::{Dress, Handle},
    known::{Known, Observed, Ruled},
    made::Instruments,
    nowhere::Nowhere,
    number::Number,
    observable::{Merge, Watched},
    rules::Rules,
    selector::Subject,
    twin::Twin,
};

/// A meter whose instruments have the shape that views give them.
#[derive(Clone)]
pub(super) struct ShapedMeter {
    meter: Meter,
    scope: InstrumentationScope,
    shapes: Shapes,
    callbacks: Callbacks,
    /// Those of all meters, if any are kept.
    exemplars: Option<Exemplars>,
    /// The instruments of all meters.
    made: Instruments,
    /// Whether it is one of ours: their values are never too long.
    is_ours: bool,
    known: Arc<Mutex<Known>>,
}

impl ShapedMeter {
    /// The meter of `scope`.
    pub(super) fn new(
        meter: Meter,
        scope: InstrumentationScope,
        shapes: &Shapes,
        callbacks: &Callbacks,
        exemplars: Option<&Exemplars>,
        made: &Instruments,
    ) -> Self {
        let is_ours = scope.name().starts_with("kymo-");
        let known = Arc::default();
        let (shapes, callbacks, exemplars) =
            (shapes.clone(), callbacks.clone(), exemplars.cloned());
        let made = made.clone();
        Self { meter, scope, shapes, callbacks, exemplars, made, is_ours, known }
    }

    pub(super) fn to_meter(&self) -> Meter {
        Meter::new(Arc::new(self.clone()))
    }

    /// The meter that makes an instrument, and what comes to it; a histogram brings `bounds`, if any.
    fn dress(
        &self,
        kind: InstrumentKind,
        name: &str,
        unit: Option<&str>,
        bounds: Option<&[f64]>,
    ) -> (&dyn InstrumentProvider, Dress) {
        let subject = Subject { name, kind, unit: unit.unwrap_or(""), scope: &self.scope };
        let shape = self.shapes.of(subject);
        if !self.shapes.measures(self.scope.name()) || shape.is_off() {
            return (&Nowhere, Dress::default());
        }
        if is_running() {
            self.refuse(name);
            return (&Nowhere, Dress::default());
        }
        self.name(shape.name().unwrap_or(name), name);
        self.double(name);
        let spread = shape.spread(kind, bounds);
        self.made.note(subject, shape.name().unwrap_or(name), spread.as_ref());
        let exemplars = self.exemplars.as_ref().zip(spread).map(|(all, spread)| {
            let limits = ExemplarLimits {
                series: self.shapes.series(subject, &shape),
                value_bytes: self.shapes.lengths().longest(),
                ..ExemplarLimits::default()
            };
            let name = shape.name().unwrap_or(name);
            all.metric_within(&self.scope, name, subject.unit, spread, limits)
        });
        // The API has no other way to ask a meter who makes its instruments.
        let twins = self.shapes.twins().filter(|twin| self.is_ours && twin.of.name == name);
        let twins = twins.filter_map(|twin| twin.make(&self.to_meter())).collect();
        let dress = Dress { rules: self.rules(subject), exemplars, twins };
        (self.meter.u64_counter("").instrument_provider, dress)
    }

    /// Says that `name` cannot be made now.
    fn refuse(&self, name: &str) {
        if !mem::replace(&mut self.known().is_reported, true) {
            tracing::error!(
                "the instrument {name} is asked for in a callback of an observable one, and \
                 measures nothing: there it would wait for itself; make it before, and keep it"
            );
        }
    }

    /// Says that the metric of `instrument` has the name of another one, if it has.
    fn name(&self, name: &str, instrument: &str) {
        if let Some(other) = self.known().taken_by(name, instrument) {
            tracing::warn!(
                "a view gives the metrics {instrument} and {other} one name, {name}, and their numbers are \
                 added up; give them different names"
            );
        }
    }

    /// Says that an instrument of somebody else has the `name` of one that is recorded beside ours, if it has.
    fn double(&self, name: &str) {
        let is_twin = |twin: &Twin| twin.spec.name.eq_ignore_ascii_case(name);
        if !self.is_ours
            && self.shapes.twins().any(is_twin)
            && !mem::replace(&mut self.known().is_doubled, true)
        {
            let meter = self.scope.name();
            tracing::warn!(
                "the metric {name} is recorded by kymo, as also_named() asks for, and by the meter {meter} too, \
                 so that sums over both count everything twice: remove the layer that records it, or \
                 also_named()"
            );
        }
    }

    fn rules(&self, subject: Subject<'_>) -> Option<Arc<Rules>> {
        let (view, common) = (self.shapes.of(subject).of_attributes(), self.shapes.common());
        if view.is_none() && common.is_empty() && self.is_ours {
            return None;
        }
        let known_as = Ruled::of(subject);
        if let Some(known) = self.known().rules.get(&known_as) {
            return Some(Arc::clone(known));
        }
        // Not under the lock: the count of folds is an instrument that has rules itself.
        let (lengths, view) = (self.shapes.lengths(), view.unwrap_or_default());
        let rules = Rules::new(subject.name, lengths, common, view, &self.to_meter());
        Some(Arc::clone(self.known().rules.entry(known_as).or_insert_with(|| Arc::new(rules))))
    }

    /// The attributes of the series into which the instrument of `subject` records, where it has `attributes`.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(super) fn shown(&self, subject: Subject<'_>, attributes: &[KeyValue]) -> Vec<KeyValue> {
        let rules = self.rules(subject);
        rules.map_or_else(|| attributes.to_vec(), |rules| rules.preview(attributes))
    }

    /// Makes an observable instrument whose callbacks may panic, or never return.
    fn observable<I, T: Number>(
        &self,
        kind: InstrumentKind,
        mut builder: AsyncInstrumentBuilder<'_, I, T>,
        make: impl FnOnce(&dyn InstrumentProvider, AsyncInstrumentBuilder<'_, I, T>) -> I,
    ) -> I {
        let (provider, Dress { rules, .. }) =
            self.dress(kind, &builder.name, builder.unit.as_deref(), None);
        let merge = Merge::of(kind);
        let callbacks = mem::take(&mut builder.callbacks);
        let watch = |callback| Watched::new(&builder.name, callback, &self.callbacks);
        let callbacks = callbacks.into_iter().map(watch);
        builder.callbacks = match rules {
            None => callbacks.map(Watched::into_callback).collect(),
            Some(rules) => {
                let instrument = Observed::of(&builder);
                let (observers, is_first) = self.known().observers(instrument);
                observers.add(callbacks);
                let all: Callback<T> =
                    Box::new(move |observer| observers.observe(merge, &rules, observer));
                // The others observe together with the first.
                is_first.then_some(all).into_iter().collect()
            }
        };
        make(provider, builder)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InstrumentProvider for ShapedMeter {
    fn u64_counter(&self, builder: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        let (provider, dress) =
            self.dress(InstrumentKind::Counter, &builder.name, builder.unit.as_deref(), None);
        provider.u64_counter(builder).dressed(dress)
    }

    fn f64_counter(&self, builder: InstrumentBuilder<'_, Counter<f64>>) -> Counter<f64> {
        let (provider, dress) =
            self.dress(InstrumentKind::Counter, &builder.name, builder.unit.as_deref(), None);
        provider.f64_counter(builder).dressed(dress)
    }

    fn i64_up_down_counter(
        &self,
        builder: InstrumentBuilder<'_, UpDownCounter<i64>>,
    ) -> UpDownCounter<i64> {
        let (provider, dress) =
            self.dress(InstrumentKind::UpDownCounter, &builder.name, builder.unit.as_deref(), None);
        provider.i64_up_down_counter(builder).dressed(dress)
    }

    fn f64_up_down_counter(
        &self,
        builder: InstrumentBuilder<'_, UpDownCounter<f64>>,
    ) -> UpDownCounter<f64> {
        let (provider, dress) =
            self.dress(InstrumentKind::UpDownCounter, &builder.name, builder.unit.as_deref(), None);
        provider.f64_up_down_counter(builder).dressed(dress)
    }

    fn u64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<u64>>) -> Gauge<u64> {
        let (provider, dress) =
            self.dress(InstrumentKind::Gauge, &builder.name, builder.unit.as_deref(), None);
        provider.u64_gauge(builder).dressed(dress)
    }

    fn i64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<i64>>) -> Gauge<i64> {
        let (provider, dress) =
            self.dress(InstrumentKind::Gauge, &builder.name, builder.unit.as_deref(), None);
        provider.i64_gauge(builder).dressed(dress)
    }

    fn f64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<f64>>) -> Gauge<f64> {
        let (provider, dress) =
            self.dress(InstrumentKind::Gauge, &builder.name, builder.unit.as_deref(), None);
        provider.f64_gauge(builder).dressed(dress)
    }

    fn u64_histogram(&self, mut builder: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        builder.boundaries = self.shapes.bounds(&builder.name, builder.boundaries);
        let (provider, dress) = self.dress(
            InstrumentKind::Histogram,
            &builder.name,
            builder.unit.as_deref(),
            builder.boundaries.as_deref(),
        );
        provider.u64_histogram(builder).dressed(dress)
    }

    fn f64_histogram(&self, mut builder: HistogramBuilder<'_, Histogram<f64>>) -> Histogram<f64> {
        builder.boundaries = self.shapes.bounds(&builder.name, builder.boundaries);
        let (provider, dress) = self.dress(
            InstrumentKind::Histogram,
            &builder.name,
            builder.unit.as_deref(),
            builder.boundaries.as_deref(),
        );
        provider.f64_histogram(builder).dressed(dress)
    }

    fn u64_observable_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableCounter<u64>, u64>,
    ) -> ObservableCounter<u64> {
        self.observable(InstrumentKind::ObservableCounter, builder, |provider, builder| {
            provider.u64_observable_counter(builder)
        })
    }

    fn f64_observable_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableCounter<f64>, f64>,
    ) -> ObservableCounter<f64> {
        self.observable(InstrumentKind::ObservableCounter, builder, |provider, builder| {
            provider.f64_observable_counter(builder)
        })
    }

    fn i64_observable_up_down_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableUpDownCounter<i64>, i64>,
    ) -> ObservableUpDownCounter<i64> {
        self.observable(InstrumentKind::ObservableUpDownCounter, builder, |provider, builder| {
            provider.i64_observable_up_down_counter(builder)
        })
    }

    fn f64_observable_up_down_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableUpDownCounter<f64>, f64>,
    ) -> ObservableUpDownCounter<f64> {
        self.observable(InstrumentKind::ObservableUpDownCounter, builder, |provider, builder| {
            provider.f64_observable_up_down_counter(builder)
        })
    }

    fn u64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<u64>, u64>,
    ) -> ObservableGauge<u64> {
        self.observable(InstrumentKind::ObservableGauge, builder, |provider, builder| {
            provider.u64_observable_gauge(builder)
        })
    }

    fn i64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<i64>, i64>,
    ) -> ObservableGauge<i64> {
        self.observable(InstrumentKind::ObservableGauge, builder, |provider, builder| {
            provider.i64_observable_gauge(builder)
        })
    }

    fn f64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<f64>, f64>,
    ) -> ObservableGauge<f64> {
        self.observable(InstrumentKind::ObservableGauge, builder, |provider, builder| {
            provider.f64_observable_gauge(builder)
        })
    }
}

impl fmt::Debug for ShapedMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShapedMeter").field("shapes", &self.shapes).finish_non_exhaustive()
    }
}
