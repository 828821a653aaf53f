//! What `histogram!` makes.

use std::sync::Arc;

use metrics::HistogramFn;
use opentelemetry::{
    KeyValue,
    metrics::{BoundHistogram, Histogram, Meter},
};

use crate::{
    bounds,
    descriptions::Description,
    folded::Folded,
    kind::{FacadeKind, Kind},
    loss::{Cause, Losses, Lost},
};

/// What `histogram!` makes.
pub(crate) enum Histograms {}

impl Kind for Histograms {
    const KIND: FacadeKind = FacadeKind::Histogram;
    type Instrument = Histogram<f64>;
    type Series = HistogramSeries;
    type Handle = metrics::Histogram;

    fn instrument(meter: &Meter, name: String, description: &Description) -> Histogram<f64> {
        let bounds = bounds::of(&name, description.unit);
        let builder = meter.f64_histogram(name).with_unit(description.unit());
        builder.with_description(description.text()).with_boundaries(bounds).build()
    }
    fn bind(
        instrument: &Histogram<f64>,
        attributes: &[KeyValue],
        losses: &Arc<Losses>,
    ) -> HistogramSeries {
        HistogramSeries { bound: instrument.bind(attributes), losses: Arc::clone(losses) }
    }
    fn handle(series: Arc<HistogramSeries>) -> metrics::Histogram {
        series.into()
    }
    fn folded(folded: Folded<HistogramSeries>) -> metrics::Histogram {
        Arc::new(folded).into()
    }
    fn lost(lost: Arc<Lost>) -> metrics::Histogram {
        lost.into()
    }
}

/// A histogram.
pub(crate) struct HistogramSeries {
    bound: BoundHistogram<f64>,
    losses: Arc<Losses>,
}

impl HistogramFn for HistogramSeries {
    fn record(&self, value: f64) {
        if value.is_finite() {
            self.bound.record(value);
        } else {
            self.losses.because_of(Cause::NotFinite).count(1);
        }
    }
}
