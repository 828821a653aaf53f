//! A place for foreign code that may never return.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak, mpsc},
    thread,
    time::Instant,
};

/// A place for foreign code that may never return: it runs on a thread of its own, once at a time.
///
/// Work that does not return in time is given up, and nothing else runs here until it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Apart(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The run under way, if any, as long as somebody waits for it.
    running: Mutex<Option<Weak<Awaited>>>,
    changed: Condvar,
}

/// Whoever waits for what runs has one: without it, that is late.
#[derive(Debug)]
struct Awaited;

/// Why foreign code gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Panicked,
    Late,
}

impl Apart {
    /// The result of `work`, by `deadline`.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let awaited = self.take(deadline)?;
        let (sender, outcome) = mpsc::sync_channel(1);
        let shared = Arc::clone(&self.0);
        let body = move || {
            let given = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                Failure::Panicked
            });
            // It gives it and ends at once: nobody sees what has ended as late, or loses what is there.
            let mut running = shared.running();
            let unread = sender.try_send(given);
            *running = None;
            drop(running);
            shared.changed.notify_all();
            drop(unread);
        };
        if thread::Builder::new().name("kymo-gather".to_owned()).spawn(body).is_err() {
            *self.0.running() = None;
            self.0.changed.notify_all();
            return Err(Failure::Late);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        outcome.recv_timeout(left).unwrap_or_else(|_| {
            let running = self.0.running();
            let given = outcome.try_recv();
            drop(awaited);
            drop(running);
            self.0.changed.notify_all();
            given.unwrap_or(Err(Failure::Late))
        })
    }

    /// Waits until it is free, unless what runs here is late.
    fn take(&self, deadline: Instant) -> Result<Arc<Awaited>, Failure> {
        let mut running = self.0.running();
        while let Some(awaited) = &*running {
            let left = deadline.saturating_duration_since(Instant::now());
            if awaited.strong_count() == 0 || left.is_zero() {
                return Err(Failure::Late);
            }
            let waited = self.0.changed.wait_timeout(running, left);
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let awaited = Arc::new(Awaited);
        *running = Some(Arc::downgrade(&awaited));
        Ok(awaited)
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, Option<Weak<Awaited>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn after(millis: u64) -> Instant {
        Instant::now() + Duration::from_millis(millis)
    }

    #[test]
    fn whoever_waits_for_its_turn_is_told_when_what_runs_becomes_late() {
        let (apart, lock) = (Apart::default(), Arc::new(Mutex::new(())));
        let locked = lock.lock().unwrap();
        let wait = Arc::clone(&lock);
        let (begun, has_begun) = mpsc::channel();
        let first = apart.clone();
        let first = thread::spawn(move || {
            first.run(after(1_000), move || {
                begun.send(()).unwrap();
                drop(wait.lock());
            })
        });
        has_begun.recv().unwrap();
        let before = Instant::now();
        assert_eq!(apart.run(after(30_000), || 2), Err(Failure::Late));
        assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
        assert_eq!(first.join().unwrap(), Err(Failure::Late));
        drop(locked);
        while apart.run(after(30_000), || 3).is_err() {
            assert!(before.elapsed() < Duration::from_secs(20), "it is free again");
        }
    }
}
