//! The place of one exemplar.

use std::{
    hint,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
};

use opentelemetry::KeyValue;

use super::Exemplar;

/// The place of one exemplar, which nobody waits for to write it.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<Option<Exemplar>>);

impl Slot {
    /// Takes in the exemplar with what is `filtered`, which is asked for only then, if `goes_before` says so of
    /// it and the one that is there.
    ///
    /// Whoever is at this one, be it to read it, is done in a moment; where it takes longer, such as when that
    /// thread has no processor, the exemplar is lost.
    pub(super) fn offer(
        &self,
        new: &Exemplar,
        goes_before: impl FnOnce(&Exemplar, &Exemplar) -> bool,
        filtered: impl FnOnce() -> Option<Arc<[KeyValue]>>,
    ) {
        let Some(mut kept) = self.enter() else { return };
        if kept.as_ref().is_some_and(|kept| !goes_before(new, kept)) {
            return;
        }
        let old = kept.replace(Exemplar { filtered: filtered(), ..*new });
        drop(kept);
        // Its attributes may be the last of their kind.
        drop(old);
    }

    /// Enters, unless another thread stays for longer than a few looks.
    fn enter(&self) -> Option<MutexGuard<'_, Option<Exemplar>>> {
        for _ in 0..LOOKS {
            match self.0.try_lock() {
                Ok(kept) => return Some(kept),
                Err(TryLockError::Poisoned(kept)) => return Some(kept.into_inner()),
                Err(TryLockError::WouldBlock) => hint::spin_loop(),
            }
        }
        None
    }

    /// A copy of the exemplar that is there.
    pub(super) fn read(&self) -> Option<Exemplar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How often one looks whether another has left.
const LOOKS: u8 = 100;

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn whoever_reads_costs_no_exemplar_and_nobody_waits_for_one_who_stays() {
        let slot = Slot::default();
        let new = |number: u16| Exemplar::new(None, false, f64::from(number));
        let is_kept = |number: u16| {
            slot.offer(&new(number), |_, _| true, || None);
            thread::yield_now();
            slot.read().is_some_and(|kept| kept.value.to_bits() == f64::from(number).to_bits())
        };
        let is_done = AtomicBool::new(false);
        let kept = thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    drop(slot.read());
                }
            });
            let kept = (0..2000).filter(|number| is_kept(*number)).count();
            is_done.store(true, Ordering::Relaxed);
            kept
        });
        // A thread that loses its processor while it reads may cost a few.
        assert!(kept > 1900, "{kept}");

        let stays = slot.0.lock().unwrap();
        slot.offer(&new(2001), |_, _| true, || None);
        drop(stays);
        assert!(slot.read().is_some_and(|kept| kept.value < 2000.0));
    }

    #[test]
    fn a_slot_takes_eighty_bytes() {
        assert_eq!(size_of::<Slot>(), 80);
    }
}
