//! The exemplars of a series that is bound.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use opentelemetry::KeyValue;

use super::{Exemplar, MetricExemplars, slots::Slots};
use crate::here;

/// The exemplars of a series that is bound to its attributes: what a bound instrument carries along.
///
/// It has no slots before the first observation that may become an exemplar.
pub struct SeriesExemplars {
    metric: Arc<MetricExemplars>,
    series: u64,
    takes_all: bool,
    filtered: Option<Arc<[KeyValue]>>,
    is_failed: bool,
    /// Empty where there was no room for them.
    slots: OnceLock<Option<Arc<Slots>>>,
}

impl SeriesExemplars {
    pub(super) fn new(
        metric: Arc<MetricExemplars>,
        series: u64,
        filtered: Option<Arc<[KeyValue]>>,
        is_failed: bool,
    ) -> Self {
        let takes_all = metric.takes_all();
        Self { metric, series, takes_all, filtered, is_failed, slots: OnceLock::new() }
    }

    /// Whether what is observed in no trace may become an exemplar, too.
    pub fn takes_all(&self) -> bool {
        self.takes_all
    }

    /// Observes a `value`, which is asked for where it may become an exemplar.
    ///
    /// Without a trace it costs a look for one.
    #[inline]
    pub fn observe(&self, value: impl FnOnce() -> f64) {
        if self.takes_all || here::may_be_traced() {
            self.keep(value());
        }
    }

    #[cold]
    fn keep(&self, value: f64) {
        let trace = here::trace();
        if trace.is_none() && !self.takes_all {
            return;
        }
        let slots = self.slots.get_or_init(|| self.metric.slots(self.series));
        if let Some(slots) = slots {
            let new = Exemplar::new(trace, self.is_failed, value);
            self.metric.keep(slots, &new, || self.filtered.clone());
        }
    }
}

impl fmt::Debug for SeriesExemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesExemplars").field("series", &self.series).finish_non_exhaustive()
    }
}
