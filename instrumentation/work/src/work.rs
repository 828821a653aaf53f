//! The code of a unit of work, as it runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kymo_core::{Account, Attempt, Bounded, Outcome, Watch};

use crate::{recording::Recording, work_metrics::Shared};

/// One unit of work, whose code has its account while it runs.
#[derive(Debug)]
pub(crate) struct Work {
    attempt: Attempt<Recording>,
    has_begun: bool,
    /// From the first poll until the end.
    account: Option<Account>,
    /// When its code last came back.
    left: Option<Instant>,
}

impl Work {
    /// One that starts with its first poll.
    pub(crate) fn new(shared: Arc<Shared>, name: Bounded) -> Self {
        let attempt = Attempt::new(Recording { shared, name, elapsed: Duration::ZERO });
        Self { attempt, has_begun: false, account: None, left: None }
    }

    /// What it is recorded into.
    pub(crate) fn shared(&self) -> &Shared {
        &self.attempt.record().shared
    }

    /// It ends as `outcome`, when its code last came back, and is recorded.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        let end = self.left.unwrap_or_else(Instant::now);
        self.attempt.finish_at(end, outcome);
        if let Some(mut account) = self.account.take() {
            let Recording { shared, name, elapsed } = self.attempt.record();
            shared.record_bill(*name, &mut account, *elapsed);
        }
    }

    /// When the code that is about to run begins: that is when the unit does, the first time.
    fn begin(&mut self) -> Instant {
        let started = self.attempt.start();
        if self.has_begun {
            return Instant::now();
        }
        self.has_begun = true;
        self.account = self.shared().account(started);
        started
    }
}

impl Watch for Work {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let begin = self.begin();
        // Where it unwinds, nobody says when.
        self.left = None;
        let lending = self.account.as_mut().map(|account| account.lend(begin));
        let answer = self.attempt.run(piece);
        let now = Instant::now();
        if let Some(lending) = lending {
            lending.end(now);
        }
        self.left = Some(now);
        answer
    }
}

impl Drop for Work {
    /// Whoever drops it before its end gives it up; what has unwound is a panic all the same.
    fn drop(&mut self) {
        if self.account.is_some() {
            self.end(Outcome::Cancelled);
        }
    }
}
