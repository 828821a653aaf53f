//! The reading of an event about a wait for a connection.

use std::fmt::Debug;

use tracing::{
    Event,
    field::{Field, Visit},
};

/// As much of a wait as its event tells.
#[derive(Debug, Default)]
pub(crate) struct WaitReading {
    pub(crate) seconds: Option<f64>,
    /// It took longer than `acquire_slow_threshold`, of which sqlx tells whether or not it tells of others.
    pub(crate) is_slow: bool,
}

impl WaitReading {
    pub(crate) fn of(event: &Event<'_>) -> Self {
        let mut reading = Self::default();
        event.record(&mut reading);
        reading
    }
}

impl Visit for WaitReading {
    fn record_f64(&mut self, field: &Field, value: f64) {
        match field.name() {
            // As sqlx 0.8 spells it.
            "acquired_after_secs" | "aquired_after_secs" if value.is_finite() && value >= 0.0 => {
                self.seconds = Some(value);
            }
            "slow_acquire_threshold_secs" => self.is_slow = true,
            _ => {}
        }
    }

    /// A value of any other type is none of sqlx's.
    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}
