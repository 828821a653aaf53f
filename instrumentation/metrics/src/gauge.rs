//! What `gauge!` makes.

use std::sync::{
    Arc,
    atomic::{Ordering, fence},
};

use metrics::GaugeFn;
use opentelemetry::{
    KeyValue,
    metrics::{BoundGauge, Meter},
};

use crate::{
    descriptions::Description,
    folded::Folded,
    kind::{FacadeKind, Kind},
    levels::{Level, Levels},
    loss::{Cause, Losses, Lost},
};

/// What `gauge!` makes.
pub(crate) enum Gauges {}

impl Kind for Gauges {
    const KIND: FacadeKind = FacadeKind::Gauge;
    type Instrument = Levels;
    type Series = GaugeSeries;
    type Handle = metrics::Gauge;

    fn instrument(meter: &Meter, name: String, description: &Description) -> Levels {
        let builder = meter.f64_gauge(name).with_unit(description.unit());
        Levels::new(builder.with_description(description.text()).build())
    }
    fn bind(
        instrument: &Levels,
        attributes: &[KeyValue],
        shown: &[KeyValue],
        losses: &Arc<Losses>,
    ) -> GaugeSeries {
        GaugeSeries {
            bound: instrument.gauge.bind(attributes),
            level: instrument.of(shown),
            losses: Arc::clone(losses),
        }
    }
    fn begin(series: &GaugeSeries, _is_bare: bool) {
        series.level.begin(|| series.bound.record(0.0));
    }
    fn handle(series: Arc<GaugeSeries>) -> metrics::Gauge {
        series.into()
    }
    fn folded(folded: Folded<GaugeSeries>) -> metrics::Gauge {
        Arc::new(folded).into()
    }
    fn lost(lost: Arc<Lost>) -> metrics::Gauge {
        lost.into()
    }
}

/// A gauge, and its level: that of OpenTelemetry can only be set.
pub(crate) struct GaugeSeries {
    bound: BoundGauge<f64>,
    /// That of all series that are one on the page.
    level: Arc<Level>,
    losses: Arc<Losses>,
}

impl GaugeSeries {
    /// Makes the value `new` of what it was; one that is not finite is lost, and it stays as it was.
    fn change(&self, new: impl Fn(f64) -> f64) {
        let change = |bits| {
            let value = new(f64::from_bits(bits));
            value.is_finite().then_some(value.to_bits())
        };
        match self.level.bits.fetch_update(Ordering::AcqRel, Ordering::Acquire, change) {
            Ok(_) => self.record(),
            Err(_) => self.losses.because_of(Cause::NotFinite).count(1),
        }
    }

    /// Records the value until nobody has changed it since: of two threads, the first to change it may be
    /// the last to record. The fences let whoever records last see the last change.
    fn record(&self) {
        let mut value = self.level.bits.load(Ordering::Relaxed);
        fence(Ordering::SeqCst);
        loop {
            self.bound.record(f64::from_bits(value));
            fence(Ordering::SeqCst);
            let now = self.level.bits.load(Ordering::Relaxed);
            if now == value {
                return;
            }
            value = now;
        }
    }
}

impl GaugeFn for GaugeSeries {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }
    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }
    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}
