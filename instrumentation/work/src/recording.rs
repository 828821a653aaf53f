//! The record of one unit of work.

use std::{sync::Arc, time::Duration};

use kymo_core::{Bounded, Outcome, Record};

use crate::{series::WorkKey, work_metrics::Shared};

/// Records the duration of one unit.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) shared: Arc<Shared>,
    pub(crate) name: Bounded,
    /// Once it is recorded.
    pub(crate) elapsed: Duration,
}

impl Record for Recording {
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        self.elapsed = elapsed;
        self.shared.record(WorkKey { name: self.name, outcome }, elapsed);
    }
}
