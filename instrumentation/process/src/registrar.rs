//! Instruments that observe one shared reading.

use std::sync::Arc;

use kymo_core::MetricSpec;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use crate::{reading::Reading, sampler::Sampler};

/// Registers instruments that all observe the readings of one sampler.
pub(crate) struct Registrar<'a> {
    meter: &'a Meter,
    sampler: Arc<Sampler>,
    registered: u32,
}

impl<'a> Registrar<'a> {
    pub(crate) fn new(meter: &'a Meter) -> Self {
        Self { meter, sampler: Arc::default(), registered: 0 }
    }

    /// A counter of whole numbers.
    pub(crate) fn counter(
        &mut self,
        spec: &MetricSpec,
        observe: impl Fn(&Reading, &dyn AsyncInstrument<u64>) + Send + Sync + 'static,
    ) {
        let read = self.read();
        spec.observable_counter(self.meter, move |to| observe(&read(), to));
    }

    /// A counter of a measured quantity, such as seconds.
    pub(crate) fn real_counter(
        &mut self,
        spec: &MetricSpec,
        observe: impl Fn(&Reading, &dyn AsyncInstrument<f64>) + Send + Sync + 'static,
    ) {
        let read = self.read();
        spec.observable_real_counter(self.meter, move |to| observe(&read(), to));
    }

    /// An up-down counter without attributes.
    pub(crate) fn up_down_counter(
        &mut self,
        spec: &MetricSpec,
        value: fn(&Reading) -> Option<u64>,
    ) {
        let read = self.read();
        spec.observable_up_down_counter(self.meter, move |to| {
            if let Some(value) = value(&read()).and_then(|value| i64::try_from(value).ok()) {
                to.observe(value, &[]);
            }
        });
    }

    /// A gauge without attributes.
    pub(crate) fn gauge(
        &mut self,
        spec: &MetricSpec,
        value: impl Fn(&Reading) -> Option<f64> + Send + Sync + 'static,
    ) {
        let read = self.read();
        spec.observable_gauge(self.meter, move |to| {
            if let Some(value) = value(&read()) {
                to.observe(value, &[]);
            }
        });
    }

    /// Reads for the next instrument.
    fn read(&mut self) -> impl Fn() -> Reading + Send + Sync + 'static {
        let (sampler, instrument) = (Arc::clone(&self.sampler), self.registered);
        self.registered += 1;
        move || sampler.read(instrument)
    }
}
