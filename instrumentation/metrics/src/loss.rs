//! Observations that are in no metric.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use metrics::{CounterFn, GaugeFn, HistogramFn};
use opentelemetry::metrics::{BoundCounter, Meter};

use crate::{
    key,
    metrics::{DESCRIPTIONS_UNUSED, LOST},
};

/// Why an observation is in no metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Kind,
    NameLimit,
    NotFinite,
    Callback,
    Overflow,
    Many,
}

impl Cause {
    const ALL: [Self; 6] =
        [Self::Kind, Self::NameLimit, Self::NotFinite, Self::Callback, Self::Overflow, Self::Many];

    fn word(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::NameLimit => "name_limit",
            Self::NotFinite => "not_finite",
            Self::Callback => "callback",
            Self::Overflow => "overflow",
            Self::Many => "many",
        }
    }
}

/// Counts what is in no metric, and tells the log of the first that is for want of names.
#[derive(Debug)]
pub(crate) struct Losses {
    lost: [Arc<Lost>; Cause::ALL.len()],
    late: BoundCounter<u64>,
    without_name: BoundCounter<u64>,
    is_told: AtomicBool,
}

impl Losses {
    pub(crate) fn new(meter: &Meter) -> Self {
        let lost = LOST.counter(meter);
        let unused = DESCRIPTIONS_UNUSED.counter(meter);
        let unused = |cause| unused.bind(&[key::FACADE_DESCRIPTION_CAUSE.of(cause)]);
        let lost = Cause::ALL
            .map(|cause| Arc::new(Lost(lost.bind(&[key::FACADE_LOSS_CAUSE.of(cause.word())]))));
        let (late, without_name) = (unused("late"), unused("name_limit"));
        Self { lost, late, without_name, is_told: AtomicBool::new(false) }
    }

    /// The handle for observations that are lost because of this.
    pub(crate) fn because_of(&self, cause: Cause) -> &Arc<Lost> {
        &self.lost[cause as usize]
    }

    /// Counts one description that came after the first use of its metric.
    pub(crate) fn count_late(&self) {
        self.late.add(1);
    }

    /// Counts one description of a name for which there is no room.
    pub(crate) fn count_description(&self) {
        self.without_name.add(1);
    }

    /// Says once that there is no room for `name`.
    pub(crate) fn tell_of_limit(&self, name: &str, limit: usize) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            let name = kymo_core::OneLine(name);
            tracing::warn!(
                "there is no room for the metric {name} of the metrics facade, which has {limit} names \
                 already; what it and later ones record is lost: put what varies into a label"
            );
        }
    }
}

/// A handle of which nothing comes but the count of what is lost.
#[derive(Debug)]
pub(crate) struct Lost(BoundCounter<u64>);

impl Lost {
    pub(crate) fn count(&self, observations: u64) {
        self.0.add(observations);
    }
}

impl CounterFn for Lost {
    fn increment(&self, _value: u64) {
        self.count(1);
    }
    fn absolute(&self, _value: u64) {
        self.count(1);
    }
}

impl GaugeFn for Lost {
    fn increment(&self, _value: f64) {
        self.count(1);
    }
    fn decrement(&self, _value: f64) {
        self.count(1);
    }
    fn set(&self, _value: f64) {
        self.count(1);
    }
}

impl HistogramFn for Lost {
    fn record(&self, _value: f64) {
        self.count(1);
    }
    fn record_many(&self, _value: f64, count: usize) {
        self.count(count as u64);
    }
}
