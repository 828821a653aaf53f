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

/// How often `record_many` records at most, each of which takes some 10 ns.
pub(crate) const MOST: usize = 100_000;

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
        _shown: &[KeyValue],
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

    /// OpenTelemetry records one at a time, so that the number of times has an end.
    fn record_many(&self, value: f64, count: usize) {
        if !value.is_finite() {
            return self.losses.because_of(Cause::NotFinite).count(count as u64);
        }
        (0..count.min(MOST)).for_each(|_| self.bound.record(value));
        if let Some(lost) = count.checked_sub(MOST).filter(|lost| *lost > 0) {
            self.losses.because_of(Cause::Many).count(lost as u64);
        }
    }
}
