//! The callbacks of all observable instruments of a telemetry.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use super::{
    misses::Misses,
    queue::Queue,
    readings::Readings,
    run::{Callable, Run},
};

/// How long a reading that has no deadline waits for callbacks.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a reader that nobody told of callbacks waits for them: meanwhile it keeps others from making
/// instruments.
const UNTOLD: Duration = Duration::from_secs(1);
/// Where no callback has returned for so long, the next one gets a thread of its own.
const STALL: Duration = Duration::from_millis(50);
/// Threads at most: so many callbacks may never return before others are no longer called.
const THREADS: usize = 16;

/// The callbacks of all observable instruments of a telemetry.
///
/// They run on threads of their own before the SDK reads, and not while it holds its locks: one that does
/// not return costs what it would observe, and holds up nobody who makes an instrument. It is called again
/// once it has returned.
#[derive(Clone, Default)]
pub(crate) struct Callbacks {
    shared: Arc<Shared>,
    readings: Arc<Readings>,
    misses: Misses,
}

#[derive(Default)]
struct Shared {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    queue: Queue,
    threads: usize,
}

impl Callbacks {
    /// None yet; nobody will read on its own if all who read `are_all_known`.
    pub(super) fn new(are_all_known: bool) -> Self {
        Self { readings: Arc::new(Readings::new(are_all_known)), ..Self::default() }
    }

    /// Calls `callback` whenever the metrics are read, as long as it lives; its number is for
    /// [`Callbacks::run_of`].
    pub(super) fn add(&self, callback: Weak<dyn Callable>) -> usize {
        self.shared.work().queue.add(callback)
    }

    /// How often they observed nothing.
    pub(super) fn misses(&self) -> &Misses {
        &self.misses
    }

    /// The readings that they run before.
    pub(super) fn readings(&self) -> &Arc<Readings> {
        &self.readings
    }

    /// Calls `read` after all callbacks have run, or those that do in half of the time until `deadline`: the
    /// other half is for what they observed.
    ///
    /// In a callback it does not call it: the callback would wait for itself.
    #[allow(dead_code, reason = "the exporters read")]
    pub(crate) fn read(&self, deadline: Option<Instant>, read: &mut dyn FnMut()) {
        if RUNNING.get() == self.id() {
            return;
        }
        let now = Instant::now();
        let half = |deadline: Instant| deadline.saturating_duration_since(now) / 2;
        let runs =
            self.run(now + deadline.map_or(PATIENCE, half)).into_iter().enumerate().collect();
        let _before = Restored(self.begin_reading(runs, true));
        self.readings.during(read);
    }

    /// The run of the callback `index` for the reading under way on this thread, if it has ended. A reader
    /// that did not come by [`Callbacks::read`] waits here for all, and asks once for each.
    pub(super) fn run_of(&self, index: usize) -> Option<Arc<Run>> {
        if RUNNING.get() == self.id() {
            return None;
        }
        let known = READING.with_borrow_mut(|reading| {
            let reading = reading.as_mut().filter(|it| it.shared.as_ptr().addr() == self.id())?;
            if reading.is_told {
                // One that was made since is on the next page.
                return Some(reading.runs.get(&index).cloned().flatten());
            }
            reading.runs.remove(&index)
        });
        known.unwrap_or_else(|| {
            let runs = self.run(Instant::now() + UNTOLD);
            let mut runs: Runs = runs.into_iter().enumerate().collect();
            let run = runs.remove(&index).flatten();
            drop(self.begin_reading(runs, false));
            run
        })
    }

    /// Runs all callbacks, and gives the runs that have ended by `deadline`.
    fn run(&self, deadline: Instant) -> Vec<Option<Arc<Run>>> {
        let has_ended = |run: &Option<Arc<Run>>| run.as_ref().is_none_or(|run| run.has_ended());
        let mut work = self.shared.work();
        let mut runs = work.queue.want_all();
        let (mut seen, mut first) = (None, 0);
        while let Some(next) = runs[first..].iter().position(|run| !has_ended(run)) {
            first += next;
            let ended = work.queue.ended;
            let has_stalled = seen.replace(ended) == Some(ended);
            let is_held_up = |work: &Work| work.threads == work.queue.held_up();
            if work.queue.is_waiting() && (has_stalled || is_held_up(&work)) {
                self.begin_thread(&mut work);
            }
            let is_hopeless = work.queue.is_waiting() && is_held_up(&work);
            let left = deadline.saturating_duration_since(Instant::now());
            if is_hopeless || left.is_zero() {
                break;
            }
            let waited = self.shared.changed.wait_timeout(work, left.min(STALL));
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut late = Vec::new();
        for (index, run) in runs.iter_mut().enumerate() {
            if !run.as_ref().is_some_and(|run| run.has_ended()) {
                *run = None;
                late.extend(work.queue.callback(index));
            }
        }
        drop(work);
        for callback in late {
            callback.miss();
        }
        runs
    }

    /// From now on this thread reads those; gives what it read before.
    fn begin_reading(&self, runs: Runs, is_told: bool) -> Option<Reading> {
        READING.replace(Some(Reading { shared: Arc::downgrade(&self.shared), runs, is_told }))
    }

    fn begin_thread(&self, work: &mut Work) {
        if work.threads >= THREADS {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("kymo-callbacks".to_owned());
        if thread.spawn(move || shared.run()).is_ok() {
            work.threads += 1;
        }
    }

    /// Its identity among others.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }
}

impl Shared {
    /// Runs one callback after the other, until none is left to run.
    fn run(self: Arc<Self>) {
        RUNNING.set(Arc::as_ptr(&self).addr());
        loop {
            let mut work = self.work();
            let Some((index, run, callback)) = work.queue.begin() else {
                work.threads -= 1;
                drop(work);
                // Nobody is woken before: whoever reads needs all.
                self.changed.notify_all();
                return;
            };
            drop(work);
            let observe = || {
                let observed = callback.run();
                // What it holds may be dropped with it, and panic.
                drop(callback);
                observed
            };
            let observed = catch_unwind(AssertUnwindSafe(observe)).unwrap_or_else(|panic| {
                std::mem::forget(panic);
                Box::new(())
            });
            let run = run.upgrade();
            let mut work = self.work();
            let unread = match &run {
                Some(run) => run.end(observed),
                None => Err(observed),
            };
            work.queue.end(index);
            drop(work);
            // Not while others wait for the lock: there may be much of it.
            drop((run, unread));
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// Whose callback runs on this thread, or 0.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
    /// The reading on this thread, or the last one.
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// A reading's share of the callbacks.
struct Reading {
    /// Whose callbacks.
    shared: Weak<Shared>,
    /// Those that have ended in time, by the numbers of their callbacks.
    runs: Runs,
    /// Whether it knows where it begins and where it ends. Any other asks once for each.
    is_told: bool,
}

type Runs = HashMap<usize, Option<Arc<Run>>>;

/// Whether a callback runs on this thread: it may be waited for, and must wait for nobody.
pub(crate) fn is_running() -> bool {
    RUNNING.get() != 0
}

/// Puts back what was read before, even if reading panics.
struct Restored(Option<Reading>);

impl Drop for Restored {
    fn drop(&mut self) {
        drop(READING.replace(self.0.take()));
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbacks")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::run::Observed, *};

    /// A callback that returns when the lock is free.
    struct Stuck(Arc<Mutex<()>>);

    impl Callable for Stuck {
        fn run(&self) -> Observed {
            drop(self.0.lock());
            Box::new(())
        }
        fn miss(&self) {}
    }

    #[test]
    fn callbacks_that_never_return_take_sixteen_threads() {
        let (callbacks, lock) = (Callbacks::default(), Arc::default());
        let stuck: Vec<_> = (0..40).map(|_| Arc::new(Stuck(Arc::clone(&lock)))).collect();
        for one in &stuck {
            let weak = Arc::downgrade(one);
            callbacks.add(weak);
        }
        let read = |millis| {
            let runs = callbacks.run(Instant::now() + Duration::from_millis(millis));
            runs.iter().flatten().count()
        };
        let threads = || callbacks.shared.work().threads;
        let locked = lock.lock().unwrap();
        // One reading may be shorter than it takes until each has a thread.
        for _ in 0..4 {
            assert_eq!(read(600), 0);
            assert!(threads() <= THREADS);
        }
        assert_eq!((threads(), callbacks.shared.work().queue.held_up()), (16, 16));
        let begun = Instant::now();
        assert_eq!(read(60_000), 0);
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits where none can begin");
        drop(locked);
        let begun = Instant::now();
        while read(60_000) < 40 || threads() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(10), "they end, and all run");
            thread::yield_now();
        }
    }
}
