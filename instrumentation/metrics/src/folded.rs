//! A series that stands for others, some of whose labels became `_OTHER`.

use std::sync::Arc;

use kymo_core::Fold;
use metrics::{CounterFn, GaugeFn, HistogramFn};

use crate::histogram::MOST;

/// A series that stands for others, some of whose labels became `_OTHER`: so did those of each observation.
pub(crate) struct Folded<S> {
    pub(crate) series: Arc<S>,
    /// One for each label that did.
    pub(crate) folds: Vec<Arc<Fold>>,
}

impl<S> Folded<S> {
    fn series(&self) -> &S {
        self.folds.iter().for_each(|fold| fold.count());
        &self.series
    }
}

impl<S: CounterFn> CounterFn for Folded<S> {
    fn increment(&self, value: u64) {
        self.series().increment(value);
    }
    fn absolute(&self, value: u64) {
        self.series().absolute(value);
    }
}

impl<S: GaugeFn> GaugeFn for Folded<S> {
    fn increment(&self, value: f64) {
        self.series().increment(value);
    }
    fn decrement(&self, value: f64) {
        self.series().decrement(value);
    }
    fn set(&self, value: f64) {
        self.series().set(value);
    }
}

impl<S: HistogramFn> HistogramFn for Folded<S> {
    fn record(&self, value: f64) {
        self.series().record(value);
    }
    fn record_many(&self, value: f64, count: usize) {
        for fold in &self.folds {
            (0..count.min(MOST)).for_each(|_| fold.count());
        }
        // That of the series: an `Arc` of the facade would record one by one without an end.
        (*self.series).record_many(value, count);
    }
}
