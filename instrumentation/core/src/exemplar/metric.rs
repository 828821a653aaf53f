//! The exemplars of a metric.

use std::{
    collections::HashMap,
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use foldhash::quality::RandomState;
use opentelemetry::KeyValue;

use super::{
    Exemplar, ExemplarFilter, ExemplarLimits, ExemplarSlots, SeriesExemplars, room::Room,
    slots::Slots, tell_of_failure,
};
use crate::here;

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
    room: Arc<Room>,
    /// Whether somebody was told that a series has none.
    is_reported: AtomicBool,
    /// Nanoseconds since 1970 until which all were told; 0 where nobody takes any for told.
    told: AtomicU64,
}

impl MetricExemplars {
    pub(super) fn new(
        name: &str,
        filter: ExemplarFilter,
        spread: ExemplarSlots,
        limits: ExemplarLimits,
        room: Arc<Room>,
    ) -> Self {
        let (hasher, series) = (RandomState::default(), RwLock::default());
        let (name, is_reported, told) =
            (name.to_owned(), AtomicBool::default(), AtomicU64::default());
        Self { name, filter, spread, limits, hasher, series, room, is_reported, told }
    }

    /// The exemplars of the series with `attributes`, which had those that are `filtered` besides.
    ///
    /// An `error.type` among any of them says that what is observed failed.
    pub fn bind<'a, I: IntoIterator<Item = &'a KeyValue>>(
        self: &Arc<Self>,
        attributes: &[KeyValue],
        filtered: impl Fn() -> I,
    ) -> SeriesExemplars {
        let series = self.number(|| attributes);
        let is_failed = tell_of_failure(attributes) || tell_of_failure(filtered());
        SeriesExemplars::new(Arc::clone(self), series, self.limits.copy(filtered()), is_failed)
    }

    /// Observes `value` in the series with `attributes`; those that are `filtered` are asked for where it may
    /// become an exemplar.
    ///
    /// An `error.type` among any of them says that it failed.
    pub fn observe<'a, I: IntoIterator<Item = &'a KeyValue>>(
        &self,
        value: impl FnOnce() -> f64,
        attributes: &[KeyValue],
        filtered: impl Fn() -> I,
    ) {
        let trace = here::trace();
        if trace.is_none() && !self.takes_all() {
            return;
        }
        if let Some(slots) = self.slots(self.number(|| attributes)) {
            let is_failed = tell_of_failure(attributes) || tell_of_failure(filtered());
            let new = Exemplar::new(trace, is_failed, value());
            self.keep(&slots, &new, || self.limits.copy(filtered()));
        }
    }

    /// Adds copies of the exemplars of the series with `attributes` to `found`, one for each slot that has any.
    pub fn find<'a, I: IntoIterator<Item = &'a KeyValue>>(
        &self,
        attributes: impl Fn() -> I,
        found: &mut Vec<Exemplar>,
    ) {
        let series = self.number(attributes);
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let slots = known.get(&series).cloned();
        drop(known);
        found.extend(slots.iter().flat_map(|slots| slots.read()));
    }

    /// Those that were observed until `time` were told to somebody who asks for new ones alone, as a push of deltas
    /// does: from now on whatever comes takes their places.
    pub fn tell(&self, time: SystemTime) {
        let told = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        self.told.store(u64::try_from(told).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The time until which all were told, if any was.
    fn told(&self) -> Option<SystemTime> {
        let told = self.told.load(Ordering::Relaxed);
        (told > 0).then(|| UNIX_EPOCH + Duration::from_nanos(told))
    }

    /// Copies of the exemplars of all series, each with the upper end of its bucket.
    pub(super) fn placed(&self) -> Vec<(f64, Exemplar)> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        known.values().flat_map(|slots| slots.placed()).collect()
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

    /// Keeps the `new` one, if it is better than what is there; not what the SDK would not take in.
    pub(super) fn keep(
        &self,
        slots: &Slots,
        new: &Exemplar,
        filtered: impl FnOnce() -> Option<Arc<[KeyValue]>>,
    ) {
        // A counter that is to fall does not.
        let value = new.value;
        if value.is_finite() && (value >= 0.0 || self.spread != ExemplarSlots::One) {
            slots.offer(new, || self.told(), filtered);
        }
    }

    /// The slots of a series, unless there is no room for them.
    pub(super) fn slots(&self, series: u64) -> Option<Arc<Slots>> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = known.get(&series) {
            return Some(Arc::clone(slots));
        }
        // Once they are all taken, nobody waits for others to learn it.
        let is_full = known.len() >= self.limits.series || !self.room.has(self.spread.count());
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
        if known.len() >= self.limits.series || !self.room.take(self.spread.count()) {
            return None;
        }
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

    /// A number for attributes, whatever their order; of those with one key it is the first that counts, as in the
    /// SDK.
    fn number<'a, I: IntoIterator<Item = &'a KeyValue>>(&self, attributes: impl Fn() -> I) -> u64 {
        let is_first = |at: usize, attribute: &KeyValue| {
            attributes().into_iter().take(at).all(|before| before.key != attribute.key)
        };
        let all = attributes().into_iter().enumerate();
        let counted = all.filter(|(at, attribute)| is_first(*at, attribute));
        let numbers = counted.map(|(_, attribute)| self.hasher.hash_one(attribute));
        numbers.fold(0, u64::wrapping_add)
    }
}

impl fmt::Debug for MetricExemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricExemplars").field("spread", &self.spread).finish_non_exhaustive()
    }
}
