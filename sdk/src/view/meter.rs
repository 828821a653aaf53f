//! A meter whose instruments have the shape that views give them.

mod dressing;
mod making;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kymo_core::Exemplars;
use opentelemetry::{
    InstrumentationScope,
    metrics::{
        AsyncInstrumentBuilder, Counter, Gauge, Histogram, HistogramBuilder, InstrumentBuilder,
        InstrumentProvider, Meter, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
        UpDownCounter,
    },
};
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{Shapes, callbacks::Callbacks, known::Known, made::Instruments};

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

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InstrumentProvider for ShapedMeter {
    fn u64_counter(&self, builder: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.u64_counter(builder)
        };
        self.instrument(InstrumentKind::Counter, builder, Meter::u64_counter, build)
    }

    fn f64_counter(&self, builder: InstrumentBuilder<'_, Counter<f64>>) -> Counter<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.f64_counter(builder)
        };
        self.instrument(InstrumentKind::Counter, builder, Meter::f64_counter, build)
    }

    fn i64_up_down_counter(
        &self,
        builder: InstrumentBuilder<'_, UpDownCounter<i64>>,
    ) -> UpDownCounter<i64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.i64_up_down_counter(builder)
        };
        self.instrument(InstrumentKind::UpDownCounter, builder, Meter::i64_up_down_counter, build)
    }

    fn f64_up_down_counter(
        &self,
        builder: InstrumentBuilder<'_, UpDownCounter<f64>>,
    ) -> UpDownCounter<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.f64_up_down_counter(builder)
        };
        self.instrument(InstrumentKind::UpDownCounter, builder, Meter::f64_up_down_counter, build)
    }

    fn u64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<u64>>) -> Gauge<u64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.u64_gauge(builder)
        };
        self.instrument(InstrumentKind::Gauge, builder, Meter::u64_gauge, build)
    }

    fn i64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<i64>>) -> Gauge<i64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.i64_gauge(builder)
        };
        self.instrument(InstrumentKind::Gauge, builder, Meter::i64_gauge, build)
    }

    fn f64_gauge(&self, builder: InstrumentBuilder<'_, Gauge<f64>>) -> Gauge<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: InstrumentBuilder<'_, _>| {
            meter.f64_gauge(builder)
        };
        self.instrument(InstrumentKind::Gauge, builder, Meter::f64_gauge, build)
    }

    fn u64_histogram(&self, builder: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        let build = |meter: &dyn InstrumentProvider, builder: HistogramBuilder<'_, _>| {
            meter.u64_histogram(builder)
        };
        self.histogram(builder, Meter::u64_histogram, build)
    }

    fn f64_histogram(&self, builder: HistogramBuilder<'_, Histogram<f64>>) -> Histogram<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: HistogramBuilder<'_, _>| {
            meter.f64_histogram(builder)
        };
        self.histogram(builder, Meter::f64_histogram, build)
    }

    fn u64_observable_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableCounter<u64>, u64>,
    ) -> ObservableCounter<u64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.u64_observable_counter(builder)
        };
        self.observable(
            InstrumentKind::ObservableCounter,
            builder,
            Meter::u64_observable_counter,
            build,
        )
    }

    fn f64_observable_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableCounter<f64>, f64>,
    ) -> ObservableCounter<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.f64_observable_counter(builder)
        };
        self.observable(
            InstrumentKind::ObservableCounter,
            builder,
            Meter::f64_observable_counter,
            build,
        )
    }

    fn i64_observable_up_down_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableUpDownCounter<i64>, i64>,
    ) -> ObservableUpDownCounter<i64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.i64_observable_up_down_counter(builder)
        };
        self.observable(
            InstrumentKind::ObservableUpDownCounter,
            builder,
            Meter::i64_observable_up_down_counter,
            build,
        )
    }

    fn f64_observable_up_down_counter(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableUpDownCounter<f64>, f64>,
    ) -> ObservableUpDownCounter<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.f64_observable_up_down_counter(builder)
        };
        self.observable(
            InstrumentKind::ObservableUpDownCounter,
            builder,
            Meter::f64_observable_up_down_counter,
            build,
        )
    }

    fn u64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<u64>, u64>,
    ) -> ObservableGauge<u64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.u64_observable_gauge(builder)
        };
        self.observable(
            InstrumentKind::ObservableGauge,
            builder,
            Meter::u64_observable_gauge,
            build,
        )
    }

    fn i64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<i64>, i64>,
    ) -> ObservableGauge<i64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.i64_observable_gauge(builder)
        };
        self.observable(
            InstrumentKind::ObservableGauge,
            builder,
            Meter::i64_observable_gauge,
            build,
        )
    }

    fn f64_observable_gauge(
        &self,
        builder: AsyncInstrumentBuilder<'_, ObservableGauge<f64>, f64>,
    ) -> ObservableGauge<f64> {
        let build = |meter: &dyn InstrumentProvider, builder: AsyncInstrumentBuilder<'_, _, _>| {
            meter.f64_observable_gauge(builder)
        };
        self.observable(
            InstrumentKind::ObservableGauge,
            builder,
            Meter::f64_observable_gauge,
            build,
        )
    }
}

impl fmt::Debug for ShapedMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShapedMeter").field("shapes", &self.shapes).finish_non_exhaustive()
    }
}
