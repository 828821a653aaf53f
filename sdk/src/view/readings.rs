//! The readings that are under way, and the instruments that are made after them.

use std::{
    cell::Cell,
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard, TryLockError},
};

/// The readings that are under way, and the instruments that are made after them.
///
/// The SDK makes and reads instruments under one lock, and the reading of a million series takes it for more than
/// a second. So who makes an instrument meanwhile leaves it to those who read. A reader that reads on its own is
/// not known here: it is waited for.
#[derive(Default)]
pub(super) struct Readings {
    /// Whether nobody reads on its own.
    are_all_known: bool,
    /// Shared by all who read, and had alone by who makes instruments.
    under_way: RwLock<()>,
    /// In the order in which they were asked for.
    later: Mutex<VecDeque<Make>>,
    /// Those that are only read, and are made when somebody does.
    read_only: Mutex<Vec<Make>>,
}

/// Makes an instrument.
type Make = Box<dyn FnOnce() + Send>;

impl Readings {
    /// None yet; nobody will read on its own if they `are_all_known`.
    pub(super) fn new(are_all_known: bool) -> Self {
        Self { are_all_known, ..Self::default() }
    }

    /// Whether nobody reads on its own, so that an instrument can be made at any time, and nobody waits for that.
    pub(super) fn are_all_known(&self) -> bool {
        self.are_all_known
    }

    /// Reads, and then makes what could not be made meanwhile.
    pub(super) fn during(&self, read: impl FnOnce()) {
        self.make_read_only_ones();
        let _after = After(self);
        let _under_way = self.under_way.read().unwrap_or_else(PoisonError::into_inner);
        let _before = Restored(READS.replace(true));
        read();
    }

    /// Makes an instrument now, or as soon as no reading is under way; after all that were to be made before it.
    ///
    /// If somebody makes others just now, it is made after them, and nobody waits here: whoever is told of an
    /// instrument may want to make one itself.
    pub(super) fn make(&self, make: Make) {
        locked(&self.later).push_back(make);
        self.make_all();
    }

    /// Makes an instrument that nobody records into, but for a callback: as soon as somebody reads, if that is known
    /// here, and otherwise as [`Readings::make`].
    pub(super) fn make_read_only(&self, make: Make) {
        if !self.are_all_known {
            return self.make(make);
        }
        match self.read_only.try_lock() {
            Ok(mut read_only) => read_only.push(make),
            // Somebody is about to read, maybe this thread, and makes it with the others.
            Err(_) => self.make(make),
        }
    }

    /// Makes those that are only read, or leaves them to who makes others just now.
    fn make_read_only_ones(&self) {
        for make in locked(&self.read_only).drain(..) {
            self.make(make);
        }
    }

    /// Makes what is to be made, unless a reading is under way, or somebody is at it: then it is made at its end.
    fn make_all(&self) {
        while let Some(alone) = self.alone() {
            loop {
                // Nobody is kept from asking for more meanwhile.
                let next = locked(&self.later).pop_front();
                let Some(make) = next else { break };
                make();
            }
            drop(alone);
            // Others may have left theirs to this one since.
            if locked(&self.later).is_empty() {
                break;
            }
        }
    }

    fn alone(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        match self.under_way.try_write() {
            Ok(alone) => Some(alone),
            Err(TryLockError::Poisoned(alone)) => Some(alone.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.0.make_all();
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
    fn what_is_made_while_another_is_made_is_made_after_it_by_whoever_is_at_it() {
        let (readings, counted) = (Arc::new(Readings::default()), Arc::default());
        let (inner, count_of_inner) = (Arc::clone(&readings), Arc::clone(&counted));
        readings.make(Box::new(move || {
            count(&inner, &count_of_inner);
            let (there, count_of_there) = (Arc::clone(&inner), Arc::clone(&count_of_inner));
            std::thread::spawn(move || count(&there, &count_of_there)).join().unwrap();
            assert_eq!(count_of_inner.load(Ordering::Relaxed), 0);
        }));
        assert_eq!(counted.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_is_only_read_is_made_when_somebody_reads_if_all_who_do_are_known() {
        for are_all_known in [true, false] {
            let (readings, counted) = (Readings::new(are_all_known), Arc::new(AtomicUsize::new(0)));
            let made = Arc::clone(&counted);
            readings.make_read_only(Box::new(move || {
                made.fetch_add(1, Ordering::Relaxed);
            }));
            assert_eq!(counted.load(Ordering::Relaxed), usize::from(!are_all_known));
            readings.during(|| assert_eq!(counted.load(Ordering::Relaxed), 1));
        }
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
