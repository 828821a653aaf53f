//! One load of an entry.

use std::{sync::Arc, thread, time::Duration};

use kymo_core::{Bounded, Outcome, Record, Stopwatch};

use crate::instruments::CacheSeries;

/// A load that goes on, and is recorded once: when it is said how it ended, or when it is dropped.
#[derive(Debug)]
#[must_use = "a load that is dropped is recorded as cancelled"]
pub struct Load(Stopwatch<Recorder>);

impl Load {
    pub(crate) fn start(series: Arc<CacheSeries>) -> Self {
        Self(Stopwatch::start(Recorder(series)))
    }

    /// The entry is there.
    pub fn succeed(self) {
        self.0.finish(Outcome::Success);
    }

    /// There is no entry to be had, by an error of any kind: `_OTHER`.
    pub fn fail(self) {
        self.0.finish(Outcome::Failed(Bounded::OTHER));
    }
}

#[derive(Debug)]
struct Recorder(Arc<CacheSeries>);

impl Record for Recorder {
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let unwinds = outcome == Outcome::Cancelled && thread::panicking();
        let outcome = if unwinds { Outcome::Panic } else { outcome };
        self.0.record_load(elapsed.as_secs_f64(), outcome);
    }
}
