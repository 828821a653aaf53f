//! A synchronous instrument whose attributes go through rules, and whose observations may become exemplars.

use std::sync::Arc;

use kymo_core::{MetricExemplars, SeriesExemplars, Trace, ValueBudget};
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundCounter, BoundGauge, BoundHistogram, BoundSyncInstrument, BoundUpDownCounter, Counter,
        Gauge, Histogram, SyncInstrument, UpDownCounter,
    },
};

use super::{
    number::Number,
    rules::{self, Rules},
    twin::{BoundTwin, MadeTwin},
};

/// An instrument of the API that records `T`.
pub(super) trait Handle<T: Number>: Send + Sync + Sized + 'static {
    type Bound: Bound<T>;

    fn of(instrument: Arc<dyn SyncInstrument<T> + Send + Sync>) -> Self;
    fn record(&self, value: T, attributes: &[KeyValue]);
    fn bind(&self, attributes: &[KeyValue]) -> Self::Bound;

    /// The same instrument in `dress`, if there is anything to it.
    fn dressed(self, dress: Dress) -> Self {
        if dress.is_plain() { self } else { dress.around(Made(self)) }
    }
}

/// What records `T` in the end.
pub(super) trait Source<T: Number>: Send + Sync + 'static {
    type Bound: Bound<T>;

    fn record(&self, value: T, attributes: &[KeyValue]);
    fn bind(&self, attributes: &[KeyValue]) -> Self::Bound;
}

/// An instrument of the SDK.
struct Made<H>(H);

impl<T: Number, H: Handle<T>> Source<T> for Made<H> {
    type Bound = H::Bound;

    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.0.record(value, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> H::Bound {
        self.0.bind(attributes)
    }
}

/// What comes to an instrument of the SDK.
#[derive(Default)]
pub(super) struct Dress {
    /// Attributes have yet to go through them.
    pub(super) rules: Option<Arc<Rules>>,
    /// Observations may become some.
    pub(super) exemplars: Option<Arc<MetricExemplars>>,
    /// Metrics that are recorded beside.
    pub(super) twins: Vec<MadeTwin>,
}

impl Dress {
    /// Whether there is nothing to it.
    pub(super) fn is_plain(&self) -> bool {
        self.rules.is_none() && self.exemplars.is_none() && self.twins.is_empty()
    }

    /// The instrument that records into `instrument`, with what comes to it.
    pub(super) fn around<T, H>(self, instrument: impl Source<T>) -> H
    where
        T: Number,
        H: Handle<T>,
    {
        H::of(Arc::new(Dressed { instrument, dress: self }))
    }
}

/// An instrument of the API that is bound to its attributes.
pub(super) trait Bound<T>: Send + Sync + 'static {
    fn record(&self, value: T);
}

/// An instrument, and what comes to it.
struct Dressed<S> {
    instrument: S,
    dress: Dress,
}

impl<T: Number, S: Source<T>> SyncInstrument<T> for Dressed<S> {
    fn measure(&self, value: T, attributes: &[KeyValue]) {
        let rules = self.dress.rules.as_deref().filter(|rules| !rules.let_pass(attributes));
        let changed = rules.map(|rules| rules.apply(attributes, rules::count_fold));
        let kept = changed.as_deref().unwrap_or(attributes);
        self.instrument.record(value, kept);
        if let Some(exemplars) = &self.dress.exemplars {
            exemplars.observe(|| value.as_f64(), kept, || self.dropped(attributes));
        }
        for twin in &self.dress.twins {
            twin.record(value, attributes);
        }
    }

    /// The rules are done with here, so that recording costs no more than one call more.
    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
        let mut folding = Vec::new();
        let changed = self
            .dress
            .rules
            .as_ref()
            .map(|rules| rules.apply(attributes, |budget| folding.push(Arc::clone(budget))));
        let kept = changed.as_deref().unwrap_or(attributes);
        let bound = self.instrument.bind(kept);
        let twins: Vec<_> = self.dress.twins.iter().filter_map(|it| it.bind(attributes)).collect();
        match &self.dress.exemplars {
            None => beside(twins, bound, folding),
            Some(exemplars) => {
                let exemplars = exemplars.bind(kept, || self.dropped(attributes));
                let takes_all = exemplars.takes_all();
                let bound = Exemplary { bound, exemplars };
                if takes_all {
                    beside(twins, All(bound), folding)
                } else {
                    beside(twins, bound, folding)
                }
            }
        }
    }
}

/// As [`boxed`], with the metrics that are recorded beside.
fn beside<T: Number, B: Bound<T>>(
    twins: Vec<BoundTwin>,
    bound: B,
    folding: Vec<Arc<ValueBudget>>,
) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
    if twins.is_empty() { boxed(bound, folding) } else { boxed(Twinned { bound, twins }, folding) }
}

/// A bound instrument beside which others are recorded.
struct Twinned<B> {
    bound: B,
    twins: Vec<BoundTwin>,
}

impl<T: Number, B: Bound<T>> Bound<T> for Twinned<B> {
    fn record(&self, value: T) {
        self.bound.record(value);
        for twin in &self.twins {
            twin.record(value);
        }
    }
}

impl<S> Dressed<S> {
    /// Those of `attributes` that the rules leave out.
    fn dropped<'a>(&self, attributes: &'a [KeyValue]) -> impl Iterator<Item = &'a KeyValue> {
        let rules = self.dress.rules.as_deref();
        let is_dropped = move |it: &&KeyValue| rules.is_some_and(|rules| rules.drop(&it.key));
        attributes.iter().filter(is_dropped)
    }
}

/// A bound instrument, as the API wants to have it, some of whose attributes became `_OTHER` if there are
/// budgets that are `folding`.
fn boxed<T: Number, B: Bound<T>>(
    bound: B,
    folding: Vec<Arc<ValueBudget>>,
) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
    if folding.is_empty() { Box::new(Plain(bound)) } else { Box::new(Folded { bound, folding }) }
}

/// A bound instrument whose observations in a trace may become exemplars.
struct Exemplary<B> {
    bound: B,
    exemplars: SeriesExemplars,
}

impl<B> Exemplary<B> {
    #[cold]
    fn keep<T: Number>(&self, value: T)
    where
        B: Bound<T>,
    {
        self.exemplars.observe(|| value.as_f64());
        self.bound.record(value);
    }
}

impl<T: Number, B: Bound<T>> Bound<T> for Exemplary<B> {
    #[inline]
    fn record(&self, value: T) {
        // Each way ends in a call, so that most observations need nothing of the stack.
        if Trace::may_be_current() { self.keep(value) } else { self.bound.record(value) }
    }
}

/// A bound instrument whose observations may all become exemplars.
struct All<B>(Exemplary<B>);

impl<T: Number, B: Bound<T>> Bound<T> for All<B> {
    fn record(&self, value: T) {
        self.0.keep(value);
    }
}

/// A bound instrument, as the API wants to have it.
pub(super) struct Plain<B>(pub(super) B);

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

impl<T: Number> Handle<T> for Counter<T> {
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

impl<T: Number> Handle<T> for UpDownCounter<T> {
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

impl<T: Number> Handle<T> for Gauge<T> {
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

impl<T: Number> Handle<T> for Histogram<T> {
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

impl<T: Number> Bound<T> for BoundCounter<T> {
    fn record(&self, value: T) {
        self.add(value);
    }
}

impl<T: Number> Bound<T> for BoundUpDownCounter<T> {
    fn record(&self, value: T) {
        self.add(value);
    }
}

impl<T: Number> Bound<T> for BoundGauge<T> {
    fn record(&self, value: T) {
        self.record(value);
    }
}

impl<T: Number> Bound<T> for BoundHistogram<T> {
    fn record(&self, value: T) {
        self.record(value);
    }
}
