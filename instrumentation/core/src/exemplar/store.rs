//! The exemplars of a telemetry.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use opentelemetry::InstrumentationScope;

use super::{Exemplar, ExemplarFilter, ExemplarLimits, ExemplarSlots, MetricExemplars, room::Room};

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
/// [limit](ExemplarLimits). What comes later has none, and a warning says so once for each metric. Attributes
/// that a view dropped take 256 bytes of text besides at most, once for each slot.
///
/// # Which one stays
///
/// A new observation takes the place of the one in its slot if it failed and that did not, or else if it is
/// no less than that, or if that is more than 60 seconds old, or was [told](MetricExemplars::tell) already. Of a
/// counter the latest stays. It failed if its attributes have an `error.type`, which a view may have dropped.
///
/// Clones are the same exemplars.
#[derive(Clone)]
pub struct Exemplars(Arc<Store>);

struct Store {
    filter: ExemplarFilter,
    /// Whether they keep what their series have not.
    keeps_filtered: bool,
    room: Arc<Room>,
    metrics: RwLock<HashMap<InstrumentationScope, Metrics>>,
}

/// By their names in small letters and their units, as the SDK knows them, and by whether they are histograms.
type Metrics = HashMap<(String, String, bool), Arc<MetricExemplars>>;

impl Exemplars {
    /// Exemplars of the observations that `filter` lets in; `None` if it lets in none.
    ///
    /// While there are any, whatever is measured in this process looks for its trace.
    pub fn new(filter: ExemplarFilter) -> Option<Self> {
        if filter == ExemplarFilter::AlwaysOff {
            return None;
        }
        let room = Arc::new(Room::new());
        Some(Self(Arc::new(Store {
            filter,
            keeps_filtered: true,
            room,
            metrics: RwLock::default(),
        })))
    }

    /// Others of the same kind, which keep no attributes that their series have not.
    pub fn without_filtered(self) -> Self {
        let Store { filter, room, .. } = &*self.0;
        let (filter, room) = (*filter, Arc::clone(room));
        Self(Arc::new(Store { filter, keeps_filtered: false, room, metrics: RwLock::default() }))
    }

    /// Those of the counter or histogram `name` of `scope`, which measures in `unit`.
    ///
    /// Instruments of one name and unit share them, with the slots of the first.
    pub fn metric(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        unit: &str,
        spread: ExemplarSlots,
    ) -> Arc<MetricExemplars> {
        self.metric_within(scope, name, unit, spread, ExemplarLimits::default())
    }

    /// As [`metric`](Self::metric), of one that takes no more than `limits` say, of which those of the first count
    /// too.
    pub fn metric_within(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        unit: &str,
        spread: ExemplarSlots,
        mut limits: ExemplarLimits,
    ) -> Arc<MetricExemplars> {
        let Store { filter, keeps_filtered, room, metrics } = &*self.0;
        if !keeps_filtered {
            limits.filtered_bytes = 0;
        }
        let mut metrics = metrics.write().unwrap_or_else(PoisonError::into_inner);
        let of_scope = metrics.entry(scope.clone()).or_default();
        let key = (name.to_ascii_lowercase(), unit.to_owned(), spread != ExemplarSlots::One);
        let make =
            || Arc::new(MetricExemplars::new(name, *filter, spread, limits, Arc::clone(room)));
        Arc::clone(of_scope.entry(key).or_insert_with(make))
    }

    /// Those of a metric, if any of its series has any.
    pub fn of(
        &self,
        scope: &InstrumentationScope,
        name: &str,
        unit: &str,
        is_histogram: bool,
    ) -> Option<Arc<MetricExemplars>> {
        let metrics = self.0.metrics.read().unwrap_or_else(PoisonError::into_inner);
        let key = (name.to_ascii_lowercase(), unit.to_owned(), is_histogram);
        let metric = metrics.get(scope)?.get(&key).cloned();
        drop(metrics);
        metric.filter(|metric| !metric.is_empty())
    }

    /// Copies of all exemplars of the metrics called `name`, whichever scope and series they are of: for
    /// tests.
    pub fn named(&self, name: &str) -> Vec<Exemplar> {
        self.placed(name).into_iter().map(|(_, exemplar)| exemplar).collect()
    }

    /// As [`named`](Self::named), each with the upper end of the bucket that it was put into; that of a counter,
    /// and of what has no bounds, is infinite.
    pub fn placed(&self, name: &str) -> Vec<(f64, Exemplar)> {
        let metrics = self.0.metrics.read().unwrap_or_else(PoisonError::into_inner);
        let all = metrics.values().flatten();
        let named = all.filter(|((known, ..), _)| known.eq_ignore_ascii_case(name));
        named.flat_map(|(_, metric)| metric.placed()).collect()
    }
}

impl fmt::Debug for Exemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exemplars").field("filter", &self.0.filter).finish_non_exhaustive()
    }
}
