//! The places of the exemplars of one series.

use std::{sync::Arc, time::SystemTime};

use opentelemetry::KeyValue;

use super::{Exemplar, slot::Slot};

/// How the exemplars of one series are spread.
#[derive(Debug, Clone, PartialEq)]
pub enum ExemplarSlots {
    /// There is one, and the latest stays: for a counter.
    One,
    /// There is one for each bucket that ends at one of these bounds, in ascending order, and one for what
    /// exceeds them.
    Buckets(Arc<[f64]>),
    /// There is one for each power of two, of which those that are 20 powers apart share one: for a histogram
    /// whose buckets follow the values.
    Powers,
}

/// Powers of two that have slots of their own, as many as the specification's reservoir has at most.
const POWERS: u16 = 20;

impl ExemplarSlots {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Buckets(bounds) => bounds.len() + 1,
            Self::Powers => usize::from(POWERS),
        }
    }

    /// The upper end of the bucket that has the slot `index`; infinite where values alone make buckets.
    fn end(&self, index: usize) -> f64 {
        match self {
            Self::One | Self::Powers => f64::INFINITY,
            Self::Buckets(bounds) => bounds.get(index).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// Which one `value` belongs to.
    fn index(&self, value: f64) -> usize {
        match self {
            Self::One => 0,
            Self::Buckets(bounds) => bounds.partition_point(|bound| *bound < value),
            Self::Powers => {
                let exponent = (value.to_bits() >> 52) & 0x7FF;
                usize::try_from(exponent % u64::from(POWERS)).unwrap_or_default()
            }
        }
    }
}

/// The exemplars of one series.
#[derive(Debug)]
pub(super) struct Slots {
    spread: ExemplarSlots,
    slots: Box<[Slot]>,
}

impl Slots {
    pub(super) fn new(spread: &ExemplarSlots) -> Self {
        let slots = (0..spread.count()).map(|_| Slot::default()).collect();
        Self { spread: spread.clone(), slots }
    }

    /// Takes in `new` with what is `filtered`, if it says more than the one in whose place it would be, which may
    /// have been `told`; what a counter was last increased by always does.
    pub(super) fn offer(
        &self,
        new: &Exemplar,
        told: impl FnOnce() -> Option<SystemTime>,
        filtered: impl FnOnce() -> Option<Arc<[KeyValue]>>,
    ) {
        let keeps_latest = self.spread == ExemplarSlots::One;
        if let Some(slot) = self.slots.get(self.spread.index(new.value)) {
            slot.offer(new, |new, kept| keeps_latest || new.outdoes(kept, told()), filtered);
        }
    }

    /// Copies of all that are there, by their places.
    pub(super) fn read(&self) -> impl Iterator<Item = Exemplar> {
        self.slots.iter().filter_map(Slot::read)
    }

    /// As [`read`](Self::read), each with the upper end of the bucket that has the slot.
    pub(super) fn placed(&self) -> impl Iterator<Item = (f64, Exemplar)> {
        let placed = self.slots.iter().enumerate();
        placed.filter_map(|(slot, kept)| Some((self.spread.end(slot), kept.read()?)))
    }
}
