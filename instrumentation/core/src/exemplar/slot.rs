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
        sync::atomic::{AtomicBool, AtomicU64, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn whoever_reads_costs_no_exemplar_and_nobody_waits_for_one_who_stays() {
        let slot = Slot::default();
        let new = |number: u16| Exemplar::new(None, false, f64::from(number));
        let (is_done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
        // One that is lost although whoever reads went on meanwhile, and so had a processor.
        let is_lost = |number: u16| {
            let before = reads.load(Ordering::Relaxed);
            slot.offer(&new(number), |_, _| true, || None);
            let went_on = reads.load(Ordering::Relaxed) != before;
            let kept = slot.read().map(|kept| kept.value.to_bits());
            went_on && kept != Some(f64::from(number).to_bits())
        };
        let lost = thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    drop(slot.read());
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
            let lost = (0..20_000).filter(|number| is_lost(*number)).count();
            is_done.store(true, Ordering::Relaxed);
            lost
        });
        assert!(lost < 20, "{lost}");

        let stays = slot.0.lock().unwrap();
        slot.offer(&new(30_000), |_, _| true, || None);
        drop(stays);
        assert!(slot.read().is_some_and(|kept| kept.value < 20_000.0));
    }

    #[test]
    fn a_slot_takes_eighty_bytes() {
        assert_eq!(size_of::<Slot>(), 80);
    }
}
