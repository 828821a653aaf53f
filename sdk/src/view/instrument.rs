//! A synchronous instrument whose attributes go through rules.

use std::sync::Arc;

use kymo_core::ValueBudget;
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundCounter, BoundGauge, BoundHistogram, BoundSyncInstrument, BoundUpDownCounter, Counter,
        Gauge, Histogram, SyncInstrument, UpDownCounter,
    },
};

use super::rules::{self, Rules};

/// An instrument of the API that records `T`.
pub(super) trait Handle<T>: Send + Sync + Sized + 'static {
    type Bound: Bound<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self;
    fn record(&self, value: T, attributes: &[KeyValue]);
    fn bind(&self, attributes: &[KeyValue]) -> Self::Bound;

    /// The same instrument for attributes that have yet to go through `rules`, if there are any.
    fn ruled(self, rules: Option<Arc<Rules>>) -> Self
    where
        T: 'static,
    {
        match rules {
            None => self,
            Some(rules) => Self::of(Arc::new(Ruled { instrument: self, rules })),
        }
    }
}

/// An instrument of the API that is bound to its attributes.
pub(super) trait Bound<T>: Send + Sync + 'static {
    fn record(&self, value: T);
}

/// An instrument whose attributes go through rules.
struct Ruled<H> {
    instrument: H,
    rules: Arc<Rules>,
}

impl<T: 'static, H: Handle<T>> SyncInstrument<T> for Ruled<H> {
    fn measure(&self, value: T, attributes: &[KeyValue]) {
        if self.rules.let_pass(attributes) {
            return self.instrument.record(value, attributes);
        }
        let attributes = self.rules.apply(attributes, rules::count_fold);
        self.instrument.record(value, &attributes);
    }

    /// The rules are done with here, so that recording costs no more than one call more.
    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
        let mut folding = Vec::new();
        let attributes = self.rules.apply(attributes, |budget| folding.push(Arc::clone(budget)));
        let bound = self.instrument.bind(&attributes);
        if folding.is_empty() {
            Box::new(Plain(bound))
        } else {
            Box::new(Folded { bound, folding })
        }
    }
}

/// A bound instrument, as the API wants to have it.
struct Plain<B>(B);

impl<T, B: Bound<T>> BoundSyncInstrument<T> for Plain<B> {
    fn measure(&self, value: T) {
        self.0.record(value);
    }
}

/// A bound instrument some of whose attributes became `_OTHER`: so did those of each measurement.
struct Folded<B> {
    bound: B,
    /// The budgets that did so, one for each attribute.
    folding: Vec<Arc<ValueBudget>>,
}

impl<T, B: Bound<T>> BoundSyncInstrument<T> for Folded<B> {
    fn measure(&self, value: T) {
        self.folding.iter().for_each(rules::count_fold);
        self.bound.record(value);
    }
}

impl<T: Send + Sync + 'static> Handle<T> for Counter<T> {
    type Bound = BoundCounter<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self {
        Self::new(instrument)
    }
    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.add(value, attributes);
    }
    fn bind(&self, attributes: &[KeyValue]) -> BoundCounter<T> {
        self.bind(attributes)
    }
}

impl<T: Send + Sync + 'static> Handle<T> for UpDownCounter<T> {
    type Bound = BoundUpDownCounter<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self {
        Self::new(instrument)
    }
    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.add(value, attributes);
    }
    fn bind(&self, attributes: &[KeyValue]) -> BoundUpDownCounter<T> {
        self.bind(attributes)
    }
}

impl<T: Send + Sync + 'static> Handle<T> for Gauge<T> {
    type Bound = BoundGauge<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self {
        Self::new(instrument)
    }
    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.record(value, attributes);
    }
    fn bind(&self, attributes: &[KeyValue]) -> BoundGauge<T> {
        self.bind(attributes)
    }
}

impl<T: Send + Sync + 'static> Handle<T> for Histogram<T> {
    type Bound = BoundHistogram<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self {
        Self::new(instrument)
    }
    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.record(value, attributes);
    }
    fn bind(&self, attributes: &[KeyValue]) -> BoundHistogram<T> {
        self.bind(attributes)
    }
}

impl<T: 'static> Bound<T> for BoundCounter<T> {
    fn record(&self, value: T) {
        self.add(value);
    }
}

impl<T: 'static> Bound<T> for BoundUpDownCounter<T> {
    fn record(&self, value: T) {
        self.add(value);
    }
}

impl<T: 'static> Bound<T> for BoundGauge<T> {
    fn record(&self, value: T) {
        self.record(value);
    }
}

impl<T: 'static> Bound<T> for BoundHistogram<T> {
    fn record(&self, value: T) {
        self.record(value);
    }
}
