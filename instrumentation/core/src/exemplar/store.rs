//! The exemplars of a telemetry.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock, atomic::AtomicUsize},
};

use opentelemetry::InstrumentationScope;

use super::{Exemplar, ExemplarFilter, ExemplarLimits, ExemplarSlots, MetricExemplars};
use crate::here;

/// The exemplars of everything that a telemetry measures, beside the aggregates of the SDK, which keeps none.
///
/// Whoever makes instruments [lets each observation be seen](MetricExemplars), and whoever reads the
/// aggregates [finds](Exemplars::of) the exemplars of a series by its scope, name and attributes.
///
/// # Memory
///
/// A series has one slot for each bucket, and a counter has one, of 80 bytes each, once it was observed in a
/// sampled trace for the first time. There are 65,536 slots at most, which are 5 MiB, or some 12 where each is a
/// counter's, which is a series of its own; and no metric has those of more series than its
/// [limit](ExemplarLimits). What comes later has none, and a warning says so once for each metric. Attributes that a view dropped take 256 bytes of text besides at most, once for each slot.
///
/// # Which one stays
///
/// A new observation takes the place of the one in its slot if it failed and that did not, or else if it is
/// no less than that, or if that is more than 60 seconds old. Of a counter the latest stays.
///
/// Clones are the same exemplars.
#[derive(Clone)]
pub struct Exemplars(Arc<Store>);

struct Store {
    filter: ExemplarFilter,
    room: Arc<AtomicUsize>,
    metrics: RwLock<HashMap<InstrumentationScope, Metrics>>,
}

/// By their names in small letters, as the SDK knows them, and by whether they are histograms.
type Metrics = HashMap<(String, bool), Arc<MetricExemplars>>;

/// The slots that all series have together, at most.
const ROOM: usize = 65_536;

impl Exemplars {
    /// Exemplars of the observations that `filter` lets in; `None` if it lets in none.
    ///
    /// From now on, whatever is measured in this process looks for its trace.
    pub fn new(filter: ExemplarFilter) -> Option<Self> {
        if filter == ExemplarFilter::AlwaysOff {
            return None;
        }
        here::want();
        let room = Arc::new(AtomicUsize::new(ROOM));
        Some(Self(Arc::new(Store { filter, room, metrics: RwLock::default() })))
    }

    /// Those of the counter or histogram `name` of `scope`.
    ///
    /// Instruments of one name share them, with the slots of the first.
    pub fn metric(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        spread: ExemplarSlots,
    ) -> Arc<MetricExemplars> {
        self.metric_within(scope, name, spread, ExemplarLimits::default())
    }

    /// Those of the counter or histogram `name` of `scope`, which take no more than `limits` say.
    ///
    /// Instruments of one name share them, with the slots and the limits of the first.
    pub fn metric_within(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        spread: ExemplarSlots,
        limits: ExemplarLimits,
    ) -> Arc<MetricExemplars> {
        let Store { filter, room, metrics } = &*self.0;
        let mut metrics = metrics.write().unwrap_or_else(PoisonError::into_inner);
        let of_scope = metrics.entry(scope.clone()).or_default();
        let key = (name.to_ascii_lowercase(), spread != ExemplarSlots::One);
        let make =
            || Arc::new(MetricExemplars::new(name, *filter, spread, limits, Arc::clone(room)));
        Arc::clone(of_scope.entry(key).or_insert_with(make))
    }

    /// Those of a metric, if any of its series has any.
    pub fn of(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        is_histogram: bool,
    ) -> Option<Arc<MetricExemplars>> {
        let metrics = self.0.metrics.read().unwrap_or_else(PoisonError::into_inner);
        let metric = metrics.get(scope)?.get(&(name.to_ascii_lowercase(), is_histogram)).cloned();
        drop(metrics);
        metric.filter(|metric| !metric.is_empty())
    }
}

impl Exemplars {
    /// Copies of all exemplars of the metrics called `name`, whichever scope and series they are of: for
    /// tests.
    pub fn named(&self, name: &str) -> Vec<Exemplar> {
        let metrics = self.0.metrics.read().unwrap_or_else(PoisonError::into_inner);
        let all = metrics.values().flatten();
        let named = all.filter(|((known, _), _)| known.eq_ignore_ascii_case(name));
        named.flat_map(|(_, metric)| metric.all()).collect()
    }
}

impl fmt::Debug for Exemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exemplars").field("filter", &self.0.filter).finish_non_exhaustive()
    }
}
