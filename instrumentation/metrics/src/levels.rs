//! The levels of a gauge.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use opentelemetry::{KeyValue, metrics::Gauge};

/// A gauge, and its levels: one for each series on the page, which a view may make of many keys.
pub(crate) struct Levels {
    pub(crate) gauge: Gauge<f64>,
    by_shown: Mutex<HashMap<Vec<KeyValue>, Arc<Level>>>,
}

/// The level of a series of a gauge, whichever of its keys changes it.
#[derive(Default)]
pub(crate) struct Level {
    /// The bits of a finite number; those of zero at first.
    pub(crate) bits: AtomicU64,
    is_begun: AtomicBool,
}

impl Levels {
    pub(crate) fn new(gauge: Gauge<f64>) -> Self {
        Self { gauge, by_shown: Mutex::default() }
    }

    /// The level of what is `shown` with these attributes.
    pub(crate) fn of(&self, shown: &[KeyValue]) -> Arc<Level> {
        let mut levels = self.by_shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(level) = levels.get(shown) {
            return Arc::clone(level);
        }
        Arc::clone(levels.entry(shown.to_vec()).or_default())
    }
}

impl Level {
    /// Does `first` unless somebody did: one at a time may ask.
    pub(crate) fn begin(&self, first: impl FnOnce()) {
        if !self.is_begun.swap(true, Ordering::Relaxed) {
            first();
        }
    }
}
