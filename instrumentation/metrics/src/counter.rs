//! What `counter!` makes.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use metrics::CounterFn;
use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, Counter, Meter},
};

use crate::{
    descriptions::Description,
    folded::Folded,
    kind::{FacadeKind, Kind},
    loss::{Cause, Losses, Lost},
};

/// The greatest number of OTLP: no counter exceeds it, so that the page and a push agree.
const GREATEST: u64 = i64::MAX as u64;
/// Increments below it are added at once, without a loss: so many threads cannot be there that their sum
/// begins anew at zero.
const SMALL: u64 = 1 << 48;

/// What `counter!` makes.
pub(crate) enum Counters {}

impl Kind for Counters {
    const KIND: FacadeKind = FacadeKind::Counter;
    type Instrument = Counter<u64>;
    type Series = CounterSeries;
    type Handle = metrics::Counter;

    fn instrument(meter: &Meter, name: String, description: &Description) -> Counter<u64> {
        let builder = meter.u64_counter(name).with_unit(description.unit());
        builder.with_description(description.text()).build()
    }
    fn bind(
        instrument: &Counter<u64>,
        attributes: &[KeyValue],
        _shown: &[KeyValue],
        losses: &Arc<Losses>,
    ) -> CounterSeries {
        CounterSeries {
            bound: instrument.bind(attributes),
            total: AtomicU64::new(0),
            losses: Arc::clone(losses),
        }
    }
    /// The SDK shows one with attributes by itself.
    fn begin(series: &CounterSeries, is_bare: bool) {
        if is_bare {
            series.bound.add(0);
        }
    }
    fn handle(series: Arc<CounterSeries>) -> metrics::Counter {
        series.into()
    }
    fn folded(folded: Folded<CounterSeries>) -> metrics::Counter {
        Arc::new(folded).into()
    }
    fn lost(lost: Arc<Lost>) -> metrics::Counter {
        lost.into()
    }
}

/// A counter, and what it has come to.
pub(crate) struct CounterSeries {
    bound: BoundCounter<u64>,
    /// No more than the greatest, once nobody adds to it.
    total: AtomicU64,
    losses: Arc<Losses>,
}

impl CounterSeries {
    /// Adds as much of `value` as fits to the total, and counts a loss if that is not all.
    #[cold]
    fn add_what_fits(&self, value: u64) {
        let sum = |before: u64| Some(before.saturating_add(value).min(GREATEST.max(before)));
        let before = self.total.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
        let before = before.unwrap_or_else(|before| before);
        self.add(GREATEST.saturating_sub(before).min(value), value);
    }

    /// Takes back what did not fit of `value`, which was added when the total was `before`.
    #[cold]
    fn take_back(&self, before: u64, value: u64) {
        let fits = GREATEST.saturating_sub(before).min(value);
        self.total.fetch_sub(value - fits, Ordering::Relaxed);
        self.add(fits, value);
    }

    /// Records what `fits` of `value`.
    fn add(&self, fits: u64, value: u64) {
        self.bound.add(fits);
        if fits < value {
            self.losses.because_of(Cause::Overflow).count(1);
        }
    }
}

/// Each change of the total is added once, whoever else changes it at the same time.
impl CounterFn for CounterSeries {
    fn increment(&self, value: u64) {
        if value >= SMALL {
            return self.add_what_fits(value);
        }
        let before = self.total.fetch_add(value, Ordering::Relaxed);
        if before > GREATEST - SMALL {
            return self.take_back(before, value);
        }
        self.bound.add(value);
    }

    fn absolute(&self, value: u64) {
        let fits = value.min(GREATEST);
        let before = self.total.fetch_max(fits, Ordering::Relaxed);
        if let Some(more) = fits.checked_sub(before).filter(|more| *more > 0) {
            self.bound.add(more);
        }
        if fits < value {
            self.losses.because_of(Cause::Overflow).count(1);
        }
    }
}
