//! The time for which a connection was handed out.

use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Outcome, Record};

use crate::recording::{measures::Measures, operation::Operation};

/// Records, when it is dropped, how long a connection was in use.
#[derive(Debug)]
pub(crate) struct UseTime<M: Deref<Target = Measures> = Arc<Measures>>(Attempt<Use<M>>);

#[derive(Debug)]
struct Use<M>(M);

impl<M: Deref<Target = Measures>> Record for Use<M> {
    fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
        self.0.pool().record_use(elapsed.as_secs_f64());
    }
}

impl<M: Deref<Target = Measures>> UseTime<M> {
    pub(crate) fn since(measures: M, since: Instant) -> Self {
        Self(Attempt::started_at(since, Use(measures)))
    }

    /// The time of a connection that was obtained for `operation`, whose trace it has.
    pub(crate) fn of(operation: &Operation<'_>, measures: M, since: Instant) -> Self {
        Self(Attempt::started_beside(operation.attempt(), since, Use(measures)))
    }

    /// Records nothing: its end will not be seen.
    pub(crate) fn forget(mut self) {
        self.0.forget();
    }
}
