//! A measurement that cannot be forgotten.

use std::time::Instant;

use crate::{Outcome, Record};

/// Times one operation and records it exactly once, when it is dropped.
///
/// Its outcome starts as [`Outcome::Cancelled`], so an operation whose future is dropped midway is
/// recorded as that.
#[derive(Debug)]
pub struct Stopwatch<R: Record> {
    started: Instant,
    outcome: Outcome,
    record: R,
}

impl<R: Record> Stopwatch<R> {
    /// Starts timing now.
    pub fn start(record: R) -> Self {
        Self { started: Instant::now(), outcome: Outcome::default(), record }
    }

    /// What will be recorded unless something better becomes known.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Stops and records now.
    pub fn finish(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl<R: Record> Drop for Stopwatch<R> {
    fn drop(&mut self) {
        self.record.record(self.started.elapsed(), self.outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, time::Duration};

    use super::*;

    struct Log<'a>(&'a RefCell<Vec<Outcome>>);

    impl Record for Log<'_> {
        fn record(&mut self, _elapsed: Duration, outcome: Outcome) {
            self.0.borrow_mut().push(outcome);
        }
    }

    #[test]
    fn a_dropped_stopwatch_records_a_cancellation_once() {
        let log = RefCell::default();
        drop(Stopwatch::start(Log(&log)));
        assert_eq!(*log.borrow(), [Outcome::Cancelled]);
    }

    #[test]
    fn a_finished_stopwatch_records_its_outcome_once() {
        let log = RefCell::default();
        Stopwatch::start(Log(&log)).finish(Outcome::Success);
        assert_eq!(*log.borrow(), [Outcome::Success]);
    }
}
