//! Observations that stand for many, kept beside what is measured.

mod filter;
mod limits;
mod metric;
mod room;
mod series;
mod slot;
mod slots;
mod store;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use opentelemetry::KeyValue;

pub use self::{
    filter::ExemplarFilter, limits::ExemplarLimits, metric::MetricExemplars,
    series::SeriesExemplars, slots::ExemplarSlots, store::Exemplars,
};
use crate::{Trace, key};

/// How long an exemplar stays though others come that are faster: as long as a server takes between two
/// scrapes, or two pushes are apart.
const FRESH: Duration = Duration::from_secs(60);

/// One observation out of many, which leads from a number to the trace behind it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Exemplar {
    /// The span that it was observed in; none was current where [`ExemplarFilter::AlwaysOn`] keeps it.
    pub trace: Option<Trace>,
    /// The observed value, or what a counter was increased by.
    pub value: f64,
    /// The time of the observation.
    pub time: SystemTime,
    /// The attributes that the observation had and its series has not, as far as 256 bytes of them.
    pub filtered: Option<Arc<[KeyValue]>>,
    /// Whether its attributes say why it failed.
    is_failed: bool,
}

impl Exemplar {
    fn new(trace: Option<Trace>, is_failed: bool, value: f64) -> Self {
        Self { trace, value, time: SystemTime::now(), filtered: None, is_failed }
    }

    /// Whether it says more than `other`, in whose place it would be: it failed and the other did not, or it
    /// is no less, or the other is more than a minute old or `told` already.
    fn outdoes(&self, other: &Self, told: Option<SystemTime>) -> bool {
        // Whichever is later: threads look at the clock at once, and a clock may be set back.
        let apart = self.time.duration_since(other.time).unwrap_or_else(|error| error.duration());
        let is_fresh = apart < FRESH && told.is_none_or(|told| other.time > told);
        let is_more = match (self.is_failed, other.is_failed) {
            (true, false) => true,
            (false, true) => false,
            _ => self.value >= other.value,
        };
        is_more || !is_fresh
    }
}

/// Whether these attributes say why something failed.
fn tell_of_failure<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> bool {
    attributes.into_iter().any(|attribute| attribute.key.as_str() == key::ERROR_TYPE.name)
}

#[cfg(test)]
mod tests;
