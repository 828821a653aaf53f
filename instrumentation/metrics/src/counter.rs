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
    loss::{Losses, Lost},
};

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
        _losses: &Arc<Losses>,
    ) -> CounterSeries {
        CounterSeries { bound: instrument.bind(attributes), total: AtomicU64::new(0) }
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
    total: AtomicU64,
}

/// Each change of the total is added once, whoever else changes it at the same time.
impl CounterFn for CounterSeries {
    fn increment(&self, value: u64) {
        self.total.fetch_add(value, Ordering::Relaxed);
        self.bound.add(value);
    }

    fn absolute(&self, value: u64) {
        let before = self.total.fetch_max(value, Ordering::Relaxed);
        if let Some(more) = value.checked_sub(before).filter(|more| *more > 0) {
            self.bound.add(more);
        }
    }
}
