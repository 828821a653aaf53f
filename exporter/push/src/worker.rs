//! The loop of the thread that pushes.
//!
//! Exports follow each other and never overlap. Whatever may take for ever runs beside the loop, which
//! therefore always has an eye on the clock and on the mailbox.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task;

use crate::{
    FlushError, Schedule,
    cycle::Cycle,
    export::Export,
    failure::{Failure, Kind, Retry},
    health::Health,
    mailbox::{self, Mailbox, Stop, Work},
};

/// The longest the receiver may ask us to stay away.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// Runs one cycle after the other, until it is told to stop.
pub(crate) struct Worker<E> {
    pub(crate) cycle: Arc<Cycle<E>>,
    pub(crate) schedule: Schedule,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) health: Health,
    /// The instant until which the receiver wants to be left alone.
    pub(crate) silence: Option<Instant>,
}

impl<E: Export> Worker<E> {
    /// Works until the stop, of whose last export it gives the outcome.
    pub(crate) async fn run(mut self) -> Result<(), FlushError> {
        let mut tick = mailbox::later(self.schedule.interval);
        loop {
            match self.mailbox.next(tick).await {
                Work::Tick => {
                    tick = self.tick_after(tick);
                    if self.silence.is_none_or(|until| until <= Instant::now()) {
                        let budget = self.schedule.timeout.min(self.schedule.interval);
                        self.export(mailbox::later(budget)).await;
                    }
                }
                Work::Flush { waits } => {
                    let longest = mailbox::later(self.schedule.timeout);
                    self.export(waits.unwrap_or(longest).min(longest)).await;
                }
                Work::Stop(stop) => return self.finish(stop).await,
            }
        }
    }

    /// The first tick of the schedule that is still to come.
    fn tick_after(&self, tick: Instant) -> Instant {
        let interval = self.schedule.interval;
        let next = tick.checked_add(interval).unwrap_or_else(|| mailbox::later(interval));
        if next > Instant::now() { next } else { mailbox::later(interval) }
    }

    /// One export for all who wait by now, cancelled if a stop cannot wait for it.
    async fn export(&mut self, deadline: Instant) {
        let begun = self.mailbox.begin();
        let mut run = task::spawn(Arc::clone(&self.cycle).run(deadline, false));
        let outcome = tokio::select! {
            outcome = &mut run => outcome.unwrap_or_else(|_| Err(panicked())),
            () = self.mailbox.impatience() => {
                run.abort();
                let cancelled = || Err(Failure::new(Kind::Cancelled, "the push was stopped"));
                run.await.unwrap_or_else(|_| cancelled())
            }
        };
        self.record(&outcome);
        self.mailbox.finish(begun, &told(&outcome));
    }

    /// The last export.
    async fn finish(mut self, stop: Stop) -> Result<(), FlushError> {
        let begun = self.mailbox.begin();
        let run = task::spawn(Arc::clone(&self.cycle).run(stop.deadline, true));
        let outcome = run.await.unwrap_or_else(|_| Err(panicked()));
        self.record(&outcome);
        let outcome = told(&outcome);
        self.mailbox.finish(begun, &outcome);
        outcome
    }

    /// Notes how long the receiver wants to be left alone, and logs what has changed.
    fn record(&mut self, outcome: &Result<String, Failure>) {
        self.silence = match outcome {
            Err(Failure { retry: Retry::After(wait), .. }) => {
                Some(mailbox::later(LONGEST_SILENCE.min(*wait)))
            }
            _ => None,
        };
        self.health.record(outcome);
    }
}

/// The outcome, for those who wait.
fn told(outcome: &Result<String, Failure>) -> Result<(), FlushError> {
    outcome.as_ref().map(drop).map_err(FlushError::from)
}

fn panicked() -> Failure {
    Failure::new(Kind::Panic, "the export panicked")
}
