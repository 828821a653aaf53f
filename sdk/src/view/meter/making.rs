//! How an instrument is made: by the SDK, when it is used, and as soon as nobody reads.

use std::{borrow::Cow, mem};

use opentelemetry::metrics::{
    AsyncInstrumentBuilder, Callback, Histogram, HistogramBuilder, InstrumentBuilder,
    InstrumentProvider, Meter,
};
use opentelemetry_sdk::metrics::InstrumentKind;

use super::ShapedMeter;
use crate::view::{
    instrument::{Dress, Handle},
    known::Observed,
    late,
    nowhere::Nowhere,
    number::Number,
    observable::{Merge, Watched},
};

impl ShapedMeter {
    /// Makes an instrument that `begin` begins and `build` builds, both for one meter or another.
    pub(super) fn instrument<T: Number, H: Handle<T> + Clone>(
        &self,
        kind: InstrumentKind,
        builder: InstrumentBuilder<'_, H>,
        begin: for<'m> fn(&'m Meter, Cow<'static, str>) -> InstrumentBuilder<'m, H>,
        build: fn(&dyn InstrumentProvider, InstrumentBuilder<'_, H>) -> H,
    ) -> H {
        let Some(dress) = self.dress(kind, &builder.name, builder.unit.as_deref(), None) else {
            return build(&Nowhere, builder);
        };
        let InstrumentBuilder { name, description, unit, .. } = builder;
        let meter = self.meter.clone();
        let make = move || {
            let mut builder = begin(&meter, name);
            (builder.description, builder.unit) = (description, unit);
            build(builder.instrument_provider, builder)
        };
        late::instrument(self.callbacks.readings(), make, dress)
    }

    /// As [`ShapedMeter::instrument`], of one that counts in buckets.
    pub(super) fn histogram<T: Number>(
        &self,
        mut builder: HistogramBuilder<'_, Histogram<T>>,
        begin: for<'m> fn(&'m Meter, Cow<'static, str>) -> HistogramBuilder<'m, Histogram<T>>,
        build: fn(&dyn InstrumentProvider, HistogramBuilder<'_, Histogram<T>>) -> Histogram<T>,
    ) -> Histogram<T> {
        builder.boundaries = self.shapes.bounds(&builder.name, builder.boundaries);
        let (unit, bounds) = (builder.unit.as_deref(), builder.boundaries.as_deref());
        let Some(dress) = self.dress(InstrumentKind::Histogram, &builder.name, unit, bounds) else {
            return build(&Nowhere, builder);
        };
        let HistogramBuilder { name, description, unit, boundaries, .. } = builder;
        let meter = self.meter.clone();
        let make = move || {
            let mut builder = begin(&meter, name);
            (builder.description, builder.unit) = (description, unit);
            builder.boundaries = boundaries;
            build(builder.instrument_provider, builder)
        };
        late::instrument(self.callbacks.readings(), make, dress)
    }

    /// As [`ShapedMeter::instrument`], of one whose callbacks may panic, or never return.
    pub(super) fn observable<I: 'static, T: Number>(
        &self,
        kind: InstrumentKind,
        mut builder: AsyncInstrumentBuilder<'_, I, T>,
        begin: for<'m> fn(&'m Meter, Cow<'static, str>) -> AsyncInstrumentBuilder<'m, I, T>,
        build: fn(&dyn InstrumentProvider, AsyncInstrumentBuilder<'_, I, T>) -> I,
    ) -> I {
        let callbacks = mem::take(&mut builder.callbacks);
        let Some(Dress { rules, .. }) =
            self.dress(kind, &builder.name, builder.unit.as_deref(), None)
        else {
            return build(&Nowhere, builder);
        };
        let merge = Merge::of(kind);
        let watch = |callback| Watched::new(&builder.name, callback, &self.callbacks);
        let callbacks = callbacks.into_iter().map(watch);
        let callbacks: Vec<Callback<T>> = match rules {
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
        let (name, description, unit) =
            (builder.name.clone(), builder.description.clone(), builder.unit.clone());
        let meter = self.meter.clone();
        let make = Box::new(move || {
            let mut builder = begin(&meter, name);
            (builder.description, builder.unit) = (description, unit);
            builder.callbacks = callbacks;
            build(builder.instrument_provider, builder);
        });
        let readings = self.callbacks.readings();
        // What it is increased by until the first reading has happened since it was made: so says its start time.
        if kind == InstrumentKind::ObservableCounter {
            readings.make(make);
        } else {
            readings.make_read_only(make);
        }
        // It has nothing that could be used.
        build(&Nowhere, builder)
    }
}
