//! The readings that are under way, and the instruments that are made after them.

use std::{
    cell::Cell,
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard, TryLockError},
};

/// The readings that are under way, and the instruments that are made after them.
///
/// The SDK makes and reads instruments under one lock, and the reading of a million series takes it for more than
/// a second. So who makes an instrument meanwhile leaves it to those who read. A reader that reads on its own is
/// not known here: it is waited for.
#[derive(Default)]
pub(super) struct Readings {
    /// Shared by all who read, and had alone by who makes an instrument.
    under_way: RwLock<()>,
    /// In the order in which they were asked for. Who makes one holds it, so that nothing but a reading is in the
    /// way of another.
    later: Mutex<Vec<Make>>,
}

/// Makes an instrument.
type Make = Box<dyn FnOnce() + Send>;

impl Readings {
    /// Reads, and then makes what could not be made meanwhile.
    pub(super) fn during(&self, read: impl FnOnce()) {
        let _after = After(self);
        let _under_way = self.under_way.read().unwrap_or_else(PoisonError::into_inner);
        let _before = Restored(READS.replace(true));
        read();
    }

    /// Makes an instrument now, or as soon as no reading is under way; after all that were to be made before it.
    pub(super) fn make(&self, make: Make) {
        let mut later = self.later();
        later.push(make);
        self.make_all(&mut later);
    }

    /// Makes what is to be made, unless a reading is under way: then it is made at its end.
    fn make_all(&self, later: &mut Vec<Make>) {
        if let Some(_alone) = self.alone() {
            later.drain(..).for_each(|make| make());
        }
    }

    fn alone(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        match self.under_way.try_write() {
            Ok(alone) => Some(alone),
            Err(TryLockError::Poisoned(alone)) => Some(alone.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn later(&self) -> MutexGuard<'_, Vec<Make>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this thread reads: it may not wait for the end of that.
pub(super) fn is_reading() -> bool {
    READS.get()
}

thread_local! {
    static READS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread read before, until this is dropped.
struct Restored(bool);

impl Drop for Restored {
    fn drop(&mut self) {
        READS.set(self.0);
    }
}

/// A reading that has ended when this is dropped.
struct After<'a>(&'a Readings);

impl Drop for After<'_> {
    fn drop(&mut self) {
        self.0.make_all(&mut self.0.later());
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use super::*;

    /// Makes something in `readings`, and counts it.
    fn count(readings: &Readings, count: &Arc<AtomicUsize>) {
        let count = Arc::clone(count);
        readings.make(Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
    }

    #[test]
    fn what_is_made_during_readings_is_made_once_at_the_end_of_the_last() {
        let (readings, counted) = (Readings::default(), Arc::default());
        count(&readings, &counted);
        assert_eq!(counted.load(Ordering::Relaxed), 1);
        readings.during(|| {
            assert!(is_reading());
            readings.during(|| count(&readings, &counted));
            count(&readings, &counted);
            assert_eq!(counted.load(Ordering::Relaxed), 1);
        });
        assert!(!is_reading());
        assert_eq!(counted.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_reading_that_panics_is_over() {
        let (readings, counted) = (Readings::default(), Arc::default());
        let panic = catch_unwind(AssertUnwindSafe(|| {
            readings.during(|| {
                count(&readings, &counted);
                panic!("a reader may");
            });
        }));
        assert!(panic.is_err() && !is_reading());
        assert_eq!(counted.load(Ordering::Relaxed), 1);
    }
}
