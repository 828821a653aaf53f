//! The callbacks of all observable instruments of a telemetry.

use std::{
    cell::{Cell, RefCell},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use super::{
    misses::Misses,
    roster::{Callable, Roster},
};

/// How long a reading that has no deadline waits for callbacks.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a reader that nobody told of callbacks waits for each: meanwhile it keeps others from making
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
    misses: Misses,
}

#[derive(Default)]
struct Shared {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    roster: Roster,
    threads: usize,
}

impl Callbacks {
    /// Calls `callback` whenever the metrics are read, as long as it lives; its number is for
    /// [`Callbacks::have_run`].
    pub(super) fn add(&self, callback: Weak<dyn Callable>) -> usize {
        self.shared.work().roster.add(callback)
    }

    /// How often they observed nothing.
    pub(super) fn misses(&self) -> &Misses {
        &self.misses
    }

    /// Calls `read` after all callbacks have run, or those that do by `deadline`.
    ///
    /// In a callback it does not call it: the callback would wait for itself.
    #[allow(dead_code, reason = "the exporters read")]
    pub(crate) fn read(&self, deadline: Option<Instant>, read: &mut dyn FnMut()) {
        if RUNNING.get() == self.id() {
            return;
        }
        let deadline = deadline.unwrap_or_else(|| Instant::now() + PATIENCE);
        let all = self.shared.work().roster.len();
        let ready = self.run(0..all, deadline);
        let _prepared = Prepared::begin(Some((self.id(), ready)));
        read();
    }

    /// Whether the callback `index` has run for the reading under way on this thread; a reader that did not
    /// come by [`Callbacks::read`] waits for it here.
    pub(super) fn have_run(&self, index: usize) -> bool {
        if RUNNING.get() == self.id() {
            return false;
        }
        let prepared = PREPARED.with_borrow(|prepared| match prepared {
            Some((id, ready)) if *id == self.id() => {
                // One that was made since is on the next page.
                Some(ready.get(index).copied().unwrap_or_default())
            }
            _ => None,
        });
        prepared.unwrap_or_else(|| {
            let ready = self.run(index..=index, Instant::now() + UNTOLD);
            ready.first().copied().unwrap_or_default()
        })
    }

    /// Runs those, and says which of them have ended by `deadline`.
    fn run(&self, indices: impl Iterator<Item = usize>, deadline: Instant) -> Vec<bool> {
        let mut work = self.shared.work();
        let runs: Vec<_> = indices.map(|index| (index, work.roster.want(index))).collect();
        let is_ready = |work: &Work, (index, number): &(usize, Option<u64>)| {
            number.is_some_and(|number| work.roster.has_ended(*index, number))
        };
        let is_awaited =
            |work: &Work, run: &(usize, Option<u64>)| run.1.is_some() && !is_ready(work, run);
        let mut seen = None;
        while runs.iter().any(|run| is_awaited(&work, run)) {
            let now = Instant::now();
            if now >= deadline {
                break;
            }
            let has_stalled = seen == Some(work.roster.ended);
            seen = Some(work.roster.ended);
            let has_none = work.threads == work.roster.held_up;
            if work.roster.is_waiting() && (has_none || has_stalled) {
                self.begin_thread(&mut work);
            }
            if work.threads == 0 {
                break;
            }
            let wait = deadline.saturating_duration_since(now);
            let wait = if work.roster.is_waiting() { wait.min(STALL) } else { wait };
            let waited = self.shared.changed.wait_timeout(work, wait);
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let ready = runs.iter().map(|run| is_ready(&work, run)).collect();
        let late = runs.iter().filter(|run| !is_ready(&work, run)).map(|(index, _)| *index);
        let late: Vec<_> = late.collect();
        let late: Vec<_> = late.into_iter().filter_map(|it| work.roster.give_up(it)).collect();
        if work.threads == 0 {
            // The system has none left; it is asked again next time.
            work.roster.clear();
        }
        drop(work);
        for callback in late {
            callback.miss();
        }
        ready
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

    /// What tells it from others.
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
            let Some((index, callback)) = work.roster.begin() else {
                work.threads -= 1;
                return;
            };
            drop(work);
            let run = || {
                if let Some(callback) = callback {
                    callback.run();
                    // What it holds may be dropped with it, and panic.
                    drop(callback);
                }
            };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                std::mem::forget(panic);
            }
            self.work().roster.end(index);
            self.changed.notify_all();
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// Whose callback runs on this thread, or 0.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
    /// Which callbacks have run for the reading under way on this thread, and of whom.
    static PREPARED: RefCell<Option<(usize, Vec<bool>)>> = const { RefCell::new(None) };
}

/// Whether a callback runs on this thread: it may be waited for, and must wait for nobody.
pub(crate) fn is_running() -> bool {
    RUNNING.get() != 0
}

/// As long as it lives, the metrics are read on this thread.
struct Prepared(Option<(usize, Vec<bool>)>);

impl Prepared {
    fn begin(prepared: Option<(usize, Vec<bool>)>) -> Self {
        Self(PREPARED.replace(prepared))
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        PREPARED.replace(self.0.take());
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbacks")
    }
}
