//! The threads that keep the time of those who wait without blocking.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// One of a few threads of the process that wait for others.
pub(crate) struct Clock(());

/// The most threads that wait for flushes: flushes in masses must not take the threads of the program.
pub(crate) const FLUSHES: usize = 16;

/// The most threads that wait, for stops too; flushes take no more than theirs.
pub(crate) const STOPS: usize = 24;

/// The threads that wait now, for flushes and stops together.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

impl Clock {
    /// Runs `wait` on a thread of its own, if fewer than `most` run; whether there was one to spare.
    pub(crate) fn start(most: usize, wait: impl FnOnce() + Send + 'static) -> bool {
        let take = |running: usize| (running < most).then_some(running + 1);
        if RUNNING.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_err() {
            return false;
        }
        // Given back wherever it is dropped: at the end of the thread, or here if there is none.
        let clock = Self(());
        let run = move || {
            wait();
            drop(clock);
        };
        thread::Builder::new().name("kymo-push-clock".to_owned()).spawn(run).is_ok()
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn there_are_a_few_at_most_and_who_ends_makes_room() {
        let (ends, started): (Vec<_>, Vec<_>) = (0..100)
            .map(|_| {
                let (end, wait) = mpsc::channel::<()>();
                let hold = move || {
                    let _ = wait.recv();
                };
                (end, Clock::start(FLUSHES, hold))
            })
            .unzip();
        assert_eq!(started.iter().filter(|is_started| **is_started).count(), FLUSHES);
        assert!(Clock::start(STOPS, || ()), "whoever stops has one");
        drop(ends);
        while RUNNING.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
        assert!(Clock::start(FLUSHES, || ()));
    }
}
