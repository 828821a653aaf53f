//! The exemplars of a metric.

use std::{
    collections::HashMap,
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::quality::RandomState;
use opentelemetry::KeyValue;

use super::{Exemplar, ExemplarFilter, ExemplarSlots, SeriesExemplars, slots::Slots};
use crate::here::{self, Seen};

/// The exemplars of one metric of one scope, by its series.
pub struct MetricExemplars {
    filter: ExemplarFilter,
    spread: ExemplarSlots,
    hasher: RandomState,
    /// By a number for their attributes. Series without any exemplar are not in here.
    series: RwLock<HashMap<u64, Arc<Slots>>>,
    /// The slots that all metrics may still have.
    room: Arc<AtomicUsize>,
}

impl MetricExemplars {
    pub(super) fn new(
        filter: ExemplarFilter,
        spread: ExemplarSlots,
        room: Arc<AtomicUsize>,
    ) -> Self {
        let (hasher, series) = (RandomState::default(), RwLock::default());
        Self { filter, spread, hasher, series, room }
    }

    /// The exemplars of the series with `attributes`, which had those that are `filtered` besides.
    pub fn bind(
        self: &Arc<Self>,
        attributes: &[KeyValue],
        filtered: impl IntoIterator<Item = KeyValue>,
    ) -> SeriesExemplars {
        let series = self.number(attributes);
        SeriesExemplars::new(Arc::clone(self), series, some(filtered))
    }

    /// Observes `value` in the series with `attributes`; those that are `filtered` are asked for where it may
    /// become an exemplar.
    pub fn observe<I: IntoIterator<Item = KeyValue>>(
        &self,
        value: impl FnOnce() -> f64,
        attributes: &[KeyValue],
        filtered: impl FnOnce() -> I,
    ) {
        let seen = if self.takes_all() { Some(here::seen()) } else { here::traced() };
        let Some(seen) = seen else { return };
        if let Some(slots) = self.slots(self.number(attributes)) {
            self.keep(&slots, seen, value(), || some(filtered()));
        }
    }

    /// Copies of the exemplars of the series with `attributes`, one for each slot that has any.
    pub fn of<'a>(&self, attributes: impl IntoIterator<Item = &'a KeyValue>) -> Vec<Exemplar> {
        let series = self.number(attributes);
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let slots = known.get(&series).cloned();
        drop(known);
        slots.map_or_else(Vec::new, |slots| slots.read().collect())
    }

    /// Copies of the exemplars of all series.
    pub(super) fn all(&self) -> Vec<Exemplar> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        known.values().flat_map(|slots| slots.read()).collect()
    }

    /// Whether no series has any.
    pub fn is_empty(&self) -> bool {
        self.series.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether what is observed in no span may become one, too.
    pub(super) fn takes_all(&self) -> bool {
        self.filter == ExemplarFilter::AlwaysOn
    }

    /// Keeps what was `seen`, if it is better than what is there; not what the SDK would not take in.
    pub(super) fn keep(
        &self,
        slots: &Slots,
        seen: Seen,
        value: f64,
        filtered: impl FnOnce() -> Option<Arc<[KeyValue]>>,
    ) {
        // A counter that is to fall does not.
        if value.is_finite() && (value >= 0.0 || self.spread != ExemplarSlots::One) {
            slots.offer(Exemplar::new(seen, value, filtered()));
        }
    }

    /// The slots of a series, unless there is no room for them.
    pub(super) fn slots(&self, series: u64) -> Option<Arc<Slots>> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = known.get(&series) {
            return Some(Arc::clone(slots));
        }
        drop(known);
        let mut known = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = known.get(&series) {
            return Some(Arc::clone(slots));
        }
        let take = |room: usize| room.checked_sub(self.spread.count());
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let slots = Arc::new(Slots::new(&self.spread));
        known.insert(series, Arc::clone(&slots));
        Some(slots)
    }

    /// A number for attributes, whatever their order.
    fn number<'a>(&self, attributes: impl IntoIterator<Item = &'a KeyValue>) -> u64 {
        let numbers = attributes.into_iter().map(|attribute| self.hasher.hash_one(attribute));
        numbers.fold(0, u64::wrapping_add)
    }
}

/// Attributes, if there are any.
fn some(attributes: impl IntoIterator<Item = KeyValue>) -> Option<Arc<[KeyValue]>> {
    let mut attributes = attributes.into_iter().peekable();
    attributes.peek().is_some().then(|| attributes.collect())
}

impl fmt::Debug for MetricExemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricExemplars").field("spread", &self.spread).finish_non_exhaustive()
    }
}
