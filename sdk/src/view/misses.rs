//! How often callbacks observed nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::metrics::Meter;

use crate::{key, metrics::CALLBACK_MISSED};

/// How often the callbacks of each instrument observed nothing, and why.
#[derive(Clone, Default)]
pub(super) struct Misses(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(Arc<str>, Miss), u64>;

/// Why a callback observed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Miss {
    Panic,
    /// It did not return in time, or has not since.
    Timeout,
}

impl Misses {
    /// Counts one of `instrument`, and tells the log of the first.
    pub(super) fn count(&self, instrument: &Arc<str>, miss: Miss) {
        let mut misses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = misses.entry((Arc::clone(instrument), miss)).or_default();
        *times += 1;
        let is_first = *times == 1;
        // A log that is itself measured may come back here.
        drop(misses);
        match miss {
            _ if !is_first => {}
            Miss::Panic => tracing::error!(
                "a callback of the instrument {instrument} panicked; what it observes is missing \
                 from the metrics as long as it does"
            ),
            Miss::Timeout => tracing::error!(
                "a callback of the instrument {instrument} has not returned in time; what it observes \
                 is missing from the metrics as long as it does not, and it is not called again before"
            ),
        }
    }

    /// Shows them with `meter`, once there are any.
    pub(super) fn show(&self, meter: &Meter) {
        let misses = self.clone();
        CALLBACK_MISSED.observable_counter(meter, move |counter| {
            // A copy: whoever counts does not wait for whoever reads.
            let misses = misses.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for ((instrument, miss), times) in misses {
                let error = match miss {
                    Miss::Panic => "panic",
                    Miss::Timeout => "timeout",
                };
                let attributes = [key::CALLBACK_METRIC.of(instrument), key::ERROR_TYPE.of(error)];
                counter.observe(times, &attributes);
            }
        });
    }
}
