//! What is known of a row at one time.

use std::sync::Arc;

use kymo_exposition::{NativeHistogram, Value};

use crate::{
    buckets::Buckets,
    section::{COUNT, ERRORS, SLOTS, To},
};

/// What is known of a row at one time, or what it rose by in some time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    slots: [Option<f64>; SLOTS],
    pub(crate) buckets: Buckets,
}

impl Reading {
    /// Forgets all of it.
    pub(crate) fn clear(&mut self) {
        self.slots = [None; SLOTS];
        self.buckets.clear();
    }

    /// Forgets the numbers of these slots.
    pub(crate) fn forget(&mut self, slots: impl Fn(usize) -> bool) {
        for (slot, number) in self.slots.iter_mut().enumerate() {
            if slots(slot) {
                *number = None;
            }
        }
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// The number of a slot, if there is one.
    pub(crate) fn slot(&self, slot: usize) -> Option<f64> {
        self.slots.get(slot).copied().flatten()
    }

    /// The sum of the slots that there are, unless there is none.
    pub(crate) fn sum(&self, slots: &[usize]) -> Option<f64> {
        let numbers = slots.iter().filter_map(|slot| self.slot(*slot));
        numbers.fold(None, |sum, number| Some(sum.unwrap_or(0.0) + number))
    }

    /// Adds a series, which `has_failed` or not; `known` are bounds that others share.
    pub(crate) fn take(
        &mut self,
        value: &Value<'_>,
        to: To,
        has_failed: bool,
        known: &mut Arc<[f64]>,
    ) {
        match to {
            To::Slot(slot) | To::Total(slot) => {
                if let Value::Number(number, _) = value {
                    self.put(slot, number.as_f64());
                }
            }
            To::Timed => {
                let (count, classic) = match value {
                    Value::Histogram(classic) => (classic.count(), Some(classic)),
                    Value::NativeHistogram(NativeHistogram { count, classic, .. }) => {
                        (Some(*count), classic.as_ref())
                    }
                    Value::Summary(summary) => (Some(summary.count), None),
                    _ => return,
                };
                let count = count.unwrap_or(u64::MAX) as f64;
                self.put(COUNT, count);
                self.put(ERRORS, if has_failed { count } else { 0.0 });
                if let Some(classic) = classic {
                    self.buckets.add(classic.bounds, classic.counts, known);
                }
            }
        }
    }

    fn put(&mut self, slot: usize, number: f64) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(place.unwrap_or(0.0) + number);
        }
    }

    /// Adds another one.
    pub(crate) fn absorb(&mut self, other: &Self) {
        for (slot, number) in other.slots.iter().enumerate() {
            if let Some(number) = number {
                self.put(slot, *number);
            }
        }
        self.buckets.absorb(&other.buckets);
    }

    /// Makes the numbers that `newer` has those of this.
    pub(crate) fn renew(&mut self, newer: &Self) {
        for (number, newer) in self.slots.iter_mut().zip(newer.slots) {
            *number = newer.or(*number);
        }
        if !newer.buckets.is_empty() {
            self.buckets.clone_from(&newer.buckets);
        }
    }

    /// What it rose by since `earlier`. What fell began anew.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let mut slots = self.slots;
        for (now, before) in slots.iter_mut().zip(&earlier.slots) {
            if let (Some(now), Some(before)) = (now.as_mut(), before)
                && *now >= *before
            {
                *now -= before;
            }
        }
        Self { slots, buckets: self.buckets.since(&earlier.buckets) }
    }
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{Histogram, Number};

    use super::*;

    fn timed(counts: &[u64], has_failed: bool) -> Reading {
        let mut reading = Reading::default();
        let histogram =
            Histogram { bounds: &[1.0], counts, sum: None, can_fall: false, exemplars: &[] };
        let value = Value::Histogram(histogram);
        reading.take(&value, To::Timed, has_failed, &mut Arc::default());
        reading
    }

    #[test]
    fn failures_are_counted_among_all_observations() {
        let mut reading = timed(&[3, 1], false);
        reading.absorb(&timed(&[2, 0], true));
        assert_eq!((reading.slot(COUNT), reading.slot(ERRORS)), (Some(6.0), Some(2.0)));
    }

    #[test]
    fn a_number_that_fell_began_anew() {
        let of = |number: f64| {
            let mut reading = Reading::default();
            let value = Value::Number(Number::F64(number), None);
            reading.take(&value, To::Slot(2), false, &mut Arc::default());
            reading
        };
        assert_eq!(of(9.0).since(&of(4.0)).slot(2), Some(5.0));
        assert_eq!(of(3.0).since(&of(4.0)).slot(2), Some(3.0));
        assert_eq!(of(3.0).since(&Reading::default()).slot(2), Some(3.0));
    }

    #[test]
    fn a_value_of_another_kind_says_nothing() {
        let mut reading = Reading::default();
        let number = Value::Number(Number::U64(1), None);
        reading.take(&number, To::Timed, false, &mut Arc::default());
        assert!(reading.is_empty());
        assert_eq!(reading.sum(&[COUNT, ERRORS]), None);
    }
}
