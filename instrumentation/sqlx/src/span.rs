//! The time of one transaction.

use std::{sync::Arc, time::Instant};

use crate::measures::Measures;

/// How a transaction ended; [`TransactionOutcome::Dropped`] until something better is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TransactionOutcome {
    Commit,
    /// The program rolled it back, or the server answered its commit with a rollback.
    Rollback,
    /// It was dropped, which makes sqlx roll it back.
    #[default]
    Dropped,
    /// The commit or the rollback failed.
    Error,
}

impl TransactionOutcome {
    pub(crate) const ALL: [Self; 4] = [Self::Commit, Self::Rollback, Self::Dropped, Self::Error];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::Dropped => "dropped",
            Self::Error => "error",
        }
    }
}

/// Times a transaction and records it exactly once, when it is dropped.
#[derive(Debug)]
pub(crate) struct TransactionSpan {
    /// `None` for a savepoint, which is part of a transaction.
    measures: Option<Arc<Measures>>,
    started: Instant,
    outcome: TransactionOutcome,
}

impl TransactionSpan {
    pub(crate) fn begin(measures: &Arc<Measures>, savepoint: bool) -> Self {
        Self {
            measures: (!savepoint).then(|| Arc::clone(measures)),
            started: Instant::now(),
            outcome: TransactionOutcome::default(),
        }
    }

    /// Records nothing: its end will not be seen.
    pub(crate) fn forget(mut self) {
        self.measures = None;
    }

    pub(crate) fn finish(mut self, outcome: TransactionOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for TransactionSpan {
    fn drop(&mut self) {
        if let Some(measures) = &self.measures {
            measures.record_transaction(self.outcome, self.started.elapsed());
        }
    }
}
