//! The time of one transaction.

use std::{sync::Arc, time::Duration};

use kymo_core::{Attempt, Outcome, Record};

use crate::recording::measures::Measures;

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
    /// The server answered, and it is not known what that ended: the bare connection was lent out.
    Unknown,
}

impl TransactionOutcome {
    pub(crate) const ALL: [Self; 5] =
        [Self::Commit, Self::Rollback, Self::Dropped, Self::Error, Self::Unknown];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::Dropped => "dropped",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// Times a transaction and records it exactly once, when it is finished or dropped.
#[derive(Debug)]
pub(crate) struct TransactionSpan(Attempt<Span>);

#[derive(Debug)]
struct Span {
    measures: Arc<Measures>,
    outcome: TransactionOutcome,
}

impl Record for Span {
    fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
        self.measures.record_transaction(self.outcome, elapsed);
    }
}

impl TransactionSpan {
    /// A savepoint is part of a transaction, and not recorded.
    pub(crate) fn begin(measures: &Arc<Measures>, savepoint: bool) -> Self {
        let span = Span { measures: Arc::clone(measures), outcome: TransactionOutcome::default() };
        let mut attempt = Attempt::started(span);
        if savepoint {
            attempt.forget();
        }
        Self(attempt)
    }

    /// Records nothing: its end will not be seen.
    pub(crate) fn forget(mut self) {
        self.0.forget();
    }

    pub(crate) fn finish(mut self, outcome: TransactionOutcome) {
        self.0.record_mut().outcome = outcome;
    }
}
