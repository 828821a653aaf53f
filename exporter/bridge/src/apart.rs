//! A place for foreign code that may never return.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Instant,
};

/// A place for foreign code that may never return: it runs on a thread of its own, once at a time.
///
/// What does not return in time is given up, and nothing else runs here until it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Apart(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Free,
    Busy,
    /// Somebody gave up waiting.
    Late,
}

/// Why foreign code gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Panicked,
    Late,
}

impl Apart {
    /// What `work` gives, by `deadline`.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.take(deadline)?;
        let (sender, outcome) = mpsc::sync_channel(1);
        let shared = Arc::clone(&self.0);
        let body = move || {
            let given = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                Failure::Panicked
            });
            shared.leave();
            drop(sender.try_send(given));
        };
        if thread::Builder::new().name("kymo-gather".to_owned()).spawn(body).is_err() {
            self.0.leave();
            return Err(Failure::Late);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        outcome.recv_timeout(left).unwrap_or_else(|_| {
            let mut state = self.0.state();
            if *state == State::Busy {
                *state = State::Late;
            }
            Err(Failure::Late)
        })
    }

    /// Waits until it is free, unless what runs here is late already.
    fn take(&self, deadline: Instant) -> Result<(), Failure> {
        let mut state = self.0.state();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match *state {
                State::Free => {
                    *state = State::Busy;
                    return Ok(());
                }
                State::Busy if !left.is_zero() => {
                    let waited = self.0.free.wait_timeout(state, left);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                State::Busy | State::Late => return Err(Failure::Late),
            }
        }
    }
}

impl Shared {
    fn leave(&self) {
        *self.state() = State::Free;
        self.free.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
