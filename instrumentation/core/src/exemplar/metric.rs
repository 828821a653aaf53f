//! The exemplars of a metric.

use std::{
    collections::HashMap,
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use foldhash::quality::RandomState;
use opentelemetry::KeyValue;

use super::{
    Exemplar, ExemplarFilter, ExemplarLimits, ExemplarSlots, SeriesExemplars, slots::Slots,
};
use crate::here::{self, Seen};

/// The exemplars of one metric of one scope, by its series.
pub struct MetricExemplars {
    name: String,
    filter: ExemplarFilter,
    spread: ExemplarSlots,
    limits: ExemplarLimits,
    hasher: RandomState,
    /// By a number for their attributes. Series without any exemplar are not in here.
    series: RwLock<HashMap<u64, Arc<Slots>>>,
    /// The slots that all metrics may still have.
    room: Arc<AtomicUsize>,
    /// Whether somebody was told that a series has none.
    is_reported: AtomicBool,
}

impl MetricExemplars {
    pub(super) fn new(
        name: &str,
        filter: ExemplarFilter,
        spread: ExemplarSlots,
        limits: ExemplarLimits,
        room: Arc<AtomicUsize>,
    ) -> Self {
        let (hasher, series) = (RandomState::default(), RwLock::default());
        let (name, is_reported) = (name.to_owned(), AtomicBool::new(false));
        Self { name, filter, spread, limits, hasher, series, room, is_reported }
    }

    /// The exemplars of the series with `attributes`, which had those that are `filtered` besides.
    pub fn bind<'a>(
        self: &Arc<Self>,
        attributes: &[KeyValue],
        filtered: impl IntoIterator<Item = &'a KeyValue>,
    ) -> SeriesExemplars {
        let series = self.number(attributes);
        SeriesExemplars::new(Arc::clone(self), series, self.limits.copy(filtered))
    }

    /// Observes `value` in the series with `attributes`; those that are `filtered` are asked for where it
    /// becomes an exemplar.
    pub fn observe<'a, I: IntoIterator<Item = &'a KeyValue>>(
        &self,
        value: impl FnOnce() -> f64,
        attributes: &[KeyValue],
        filtered: impl FnOnce() -> I,
    ) {
        let seen = if self.takes_all() { Some(here::seen()) } else { here::traced() };
        let Some(seen) = seen else { return };
        if let Some(slots) = self.slots(self.number(attributes)) {
            self.keep(&slots, seen, value(), || self.limits.copy(filtered()));
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

    /// Runs `code` while somebody reads.
    #[cfg(test)]
    pub(super) fn while_read(&self, code: impl FnOnce()) {
        let _known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        code();
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
            slots.offer(&Exemplar::new(seen, value), filtered);
        }
    }

    /// The slots of a series, unless there is no room for them.
    pub(super) fn slots(&self, series: u64) -> Option<Arc<Slots>> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = known.get(&series) {
            return Some(Arc::clone(slots));
        }
        // Once they are all taken, nobody waits for others to learn it.
        let is_full = known.len() >= self.limits.series
            || self.room.load(Ordering::Relaxed) < self.spread.count();
        drop(known);
        let slots = if is_full { None } else { self.new_slots(series) };
        if slots.is_none() {
            self.report();
        }
        slots
    }

    /// New slots of a series, unless there is no room for them, or another thread has made them.
    fn new_slots(&self, series: u64) -> Option<Arc<Slots>> {
        let mut known = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = known.get(&series) {
            return Some(Arc::clone(slots));
        }
        if known.len() >= self.limits.series {
            return None;
        }
        let take = |room: usize| room.checked_sub(self.spread.count());
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let slots = Arc::new(Slots::new(&self.spread));
        known.insert(series, Arc::clone(&slots));
        Some(slots)
    }

    /// Says once that a series has no exemplars.
    #[cold]
    fn report(&self) {
        if self.is_reported.load(Ordering::Relaxed)
            || self.is_reported.swap(true, Ordering::Relaxed)
        {
            return;
        }
        let (metric, series) = (&self.name, self.limits.series);
        tracing::warn!(
            "there is no room for the exemplars of another series of the metric {metric}, and those that come \
             now have none: it may have those of {series} series, and all metrics together have 65536 slots; \
             let a view drop the attribute that has so many values, or give it a budget"
        );
    }

    /// A number for attributes, whatever their order.
    fn number<'a>(&self, attributes: impl IntoIterator<Item = &'a KeyValue>) -> u64 {
        let numbers = attributes.into_iter().map(|attribute| self.hasher.hash_one(attribute));
        numbers.fold(0, u64::wrapping_add)
    }
}

impl fmt::Debug for MetricExemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricExemplars").field("spread", &self.spread).finish_non_exhaustive()
    }
}
