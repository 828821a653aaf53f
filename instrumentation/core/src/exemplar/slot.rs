//! The place of one exemplar.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use opentelemetry::KeyValue;

use super::Exemplar;

/// The place of one exemplar, which nobody waits for to write it.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<Option<Exemplar>>);

impl Slot {
    /// Takes in the exemplar with what is `filtered`, which is asked for only then, if `goes_before` says so of
    /// it and the one that is there.
    ///
    /// While another thread is at this one, that thread's is as good.
    pub(super) fn offer(
        &self,
        new: &Exemplar,
        goes_before: impl FnOnce(&Exemplar, &Exemplar) -> bool,
        filtered: impl FnOnce() -> Option<Arc<[KeyValue]>>,
    ) {
        let mut kept = match self.0.try_lock() {
            Ok(kept) => kept,
            Err(TryLockError::Poisoned(kept)) => kept.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if kept.as_ref().is_some_and(|kept| !goes_before(new, kept)) {
            return;
        }
        let old = kept.replace(Exemplar { filtered: filtered(), ..*new });
        drop(kept);
        // Its attributes may be the last of their kind.
        drop(old);
    }

    /// A copy of the exemplar that is there.
    pub(super) fn read(&self) -> Option<Exemplar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_eighty_bytes() {
        assert_eq!(size_of::<Slot>(), 80);
    }
}
