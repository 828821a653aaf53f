//! Between the handles, wherever they are, and the thread.

use std::{
    mem, process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use opentelemetry_sdk::metrics::Pipeline;
use tokio::{sync::Notify, time};

use crate::FlushError;

/// The requests of the handles to the thread, and those who wait for them.
///
/// All callers that wait share the next export: nothing queues up but those who wait.
pub(crate) struct Mailbox {
    state: Mutex<State>,
    /// The process that has the thread: a child that it forks has none.
    process: u32,
    /// Something new to do.
    work: Notify,
    /// Another caller waits.
    waiter: Notify,
}

/// Takes the answer to one who waits.
pub(crate) type Reply = Box<dyn FnOnce(Result<(), FlushError>) + Send>;

/// The requests so far.
#[derive(Default)]
struct State {
    waiters: Vec<Waiter>,
    /// The number of the next one who waits.
    ticket: u64,
    /// Those with a lower number wait for an export that has started.
    started: u64,
    nudged: bool,
    stop: Option<Stop>,
    ended: bool,
}

/// A caller that waits for an export.
struct Waiter {
    ticket: u64,
    deadline: Instant,
    timeout: time::Duration,
    /// Whether the thread must have ended, too.
    until_end: bool,
    reply: Reply,
}

/// An order to stop.
#[derive(Clone)]
pub(crate) struct Stop {
    pub(crate) ordered: Instant,
    pub(crate) deadline: Instant,
    /// The pipeline of the last collection, kept alive until then.
    pub(crate) pipeline: Option<Arc<Pipeline>>,
}

/// The next thing that the thread does.
pub(crate) enum Work {
    Tick,
    /// A caller asked, and waits until then at the latest; after a nudge there is none.
    Flush {
        waits: Option<Instant>,
    },
    Stop(Stop),
}

impl Mailbox {
    /// Asks for an export soon.
    pub(crate) fn nudge(&self) {
        self.state().nudged = true;
        self.work.notify_one();
    }

    /// Asks for an export, and for an answer within `timeout`.
    pub(crate) fn flush(&self, timeout: time::Duration, reply: Reply) {
        self.wait(timeout, false, reply);
    }

    /// Asks for an answer once the thread is about to end; [`Mailbox::stop`] makes it.
    pub(crate) fn end(&self, timeout: time::Duration, reply: Reply) {
        self.wait(timeout, true, reply);
    }

    fn wait(&self, timeout: time::Duration, until_end: bool, reply: Reply) {
        if self.is_of_parent() {
            return reply(Err(FlushError::Stopped));
        }
        let mut state = self.state();
        if state.ended {
            drop(state);
            return reply(if until_end { Ok(()) } else { Err(FlushError::Stopped) });
        }
        let ticket = state.ticket;
        state.ticket += 1;
        let deadline = later(timeout);
        state.waiters.push(Waiter { ticket, deadline, timeout, until_end, reply });
        drop(state);
        self.work.notify_one();
        self.waiter.notify_one();
    }

    /// Orders a last export within `timeout`, after which the thread ends; an order before this one
    /// stands, unless this one is more urgent.
    pub(crate) fn stop(&self, timeout: time::Duration, pipeline: Option<Arc<Pipeline>>) {
        if self.is_of_parent() {
            return;
        }
        let mut state = self.state();
        if state.ended {
            return;
        }
        let deadline = later(timeout);
        let ordered = Instant::now();
        let stop = state.stop.get_or_insert(Stop { ordered, deadline, pipeline: None });
        stop.deadline = stop.deadline.min(deadline);
        // There is but one. A second hold of it is let go of after the lock.
        if stop.pipeline.is_none() {
            stop.pipeline = pipeline;
        }
        drop(state);
        self.work.notify_one();
    }

    /// Waits for the next work: a tick at `tick`, unless something else comes before.
    pub(crate) async fn next(&self, tick: Instant) -> Work {
        loop {
            if let Some(work) = self.asked() {
                return work;
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = time::sleep_until(tick.into()) => return Work::Tick,
            }
        }
    }

    /// The work that somebody asked for; a stop goes before a flush.
    fn asked(&self) -> Option<Work> {
        let mut state = self.state();
        if let Some(stop) = &state.stop {
            return Some(Work::Stop(stop.clone()));
        }
        let started = state.started;
        let fresh = state.waiters.iter().filter(|waiter| waiter.ticket >= started);
        let waits = fresh.filter(|waiter| !waiter.until_end).map(|waiter| waiter.deadline).max();
        (mem::take(&mut state.nudged) || waits.is_some()).then_some(Work::Flush { waits })
    }

    /// An export starts: it is for everybody who waits by now.
    pub(crate) fn begin(&self) -> u64 {
        let mut state = self.state();
        state.started = state.ticket;
        state.nudged = false;
        state.started
    }

    /// The export for those who waited at `begin` is over.
    pub(crate) fn finish(&self, begun: u64, outcome: &Result<(), FlushError>) {
        let served = |waiter: &mut Waiter| waiter.ticket < begun && !waiter.until_end;
        let served: Vec<_> = self.state().waiters.extract_if(.., served).collect();
        for waiter in served {
            (waiter.reply)(outcome.clone());
        }
    }

    /// The thread is about to end, and everybody is answered. Those who waited for an export came too
    /// late for the last one, whose `outcome` is for those who waited for the end.
    pub(crate) fn close(&self, outcome: &Result<(), FlushError>) {
        let (waiters, stop) = {
            let mut state = self.state();
            state.ended = true;
            (mem::take(&mut state.waiters), state.stop.take())
        };
        for waiter in waiters {
            let late = || Err(FlushError::Stopped);
            (waiter.reply)(if waiter.until_end { outcome.clone() } else { late() });
        }
        // With the pipeline may go the reader, and with it the last handle, which orders a stop: not
        // while the state is locked.
        drop(stop);
    }

    /// Returns when an export under way has had its half of the time until the end.
    pub(crate) async fn impatience(&self) {
        loop {
            let stop = self.state().stop.clone();
            let Some(stop) = stop else {
                self.work.notified().await;
                continue;
            };
            let half = stop.ordered + stop.deadline.duration_since(stop.ordered) / 2;
            if half <= Instant::now() {
                return;
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = time::sleep_until(half.into()) => {}
            }
        }
    }

    /// Tells everybody who has waited long enough; never returns.
    pub(crate) async fn keep_time(&self) {
        loop {
            let now = Instant::now();
            let late: Vec<_> =
                self.state().waiters.extract_if(.., |waiter| waiter.deadline <= now).collect();
            for waiter in late {
                (waiter.reply)(Err(FlushError::Timeout { timeout: waiter.timeout }));
            }
            let next = self.state().waiters.iter().map(|waiter| waiter.deadline).min();
            let expiry = async {
                match next {
                    Some(next) => time::sleep_until(next.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.waiter.notified() => {}
                () = expiry => {}
            }
        }
    }

    /// Whether this is a forked child, where no thread will ever answer.
    fn is_of_parent(&self) -> bool {
        self.process != process::id()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            process: process::id(),
            work: Notify::default(),
            waiter: Notify::default(),
        }
    }
}

/// `timeout` from now; a time no clock can show is a year.
pub(crate) fn later(timeout: time::Duration) -> Instant {
    const YEAR: time::Duration = time::Duration::from_secs(365 * 24 * 60 * 60);

    let now = Instant::now();
    now.checked_add(timeout.min(YEAR)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_forked_child_is_answered_at_once() {
        let child = Mailbox { process: process::id() + 1, ..Mailbox::default() };
        for ask in [Mailbox::flush, Mailbox::end] {
            let (sender, answer) = mpsc::channel();
            ask(
                &child,
                time::Duration::MAX,
                Box::new(move |outcome| sender.send(outcome).unwrap()),
            );
            assert_eq!(answer.try_recv(), Ok(Err(FlushError::Stopped)));
        }
    }
}
