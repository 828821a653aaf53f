//! How far a connection is.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{self, Instant},
};

use crate::last_scrape::LastScrape;

/// How far a connection is, for whoever must choose one to drop.
#[derive(Debug)]
pub(crate) struct Activity {
    state: Mutex<State>,
    /// There is a request.
    asked: Notify,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    /// When something last happened to a response.
    since: Instant,
    /// Those of whose scrape all is written, and perhaps not yet sent.
    written: Vec<Arc<LastScrape>>,
    /// When the requests came of whose responses there is more than was written; over HTTP/1 there is one at
    /// most.
    exchanges: Vec<Instant>,
}

/// Ranks connections by their worth, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// It has sent nothing that is whole: no request, and no beginning of a handshake.
    Silent,
    /// It has begun a handshake, and sent no whole request yet.
    Greeted,
    /// Its last request was answered.
    Idle,
    /// A response is on its way.
    Answering,
}

/// A response that is on its way: it is written when this is dropped.
#[derive(Debug)]
pub(crate) struct Answering {
    activity: Arc<Activity>,
    begun: Instant,
    last: Option<Arc<LastScrape>>,
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        let state = State {
            stage: Stage::Silent,
            since: Instant::now(),
            written: Vec::new(),
            exchanges: Vec::new(),
        };
        Arc::new(Self { state: Mutex::new(state), asked: Notify::new() })
    }

    /// The lesser one goes first: by the stage, and by how long nothing has happened.
    pub(crate) fn rank(&self) -> (Stage, Instant) {
        let state = self.state();
        (state.stage, state.since)
    }

    /// The client has begun a handshake.
    #[allow(dead_code, reason = "used by the feature `access`")]
    pub(crate) fn greeted(&self) {
        let mut state = self.state();
        if state.stage == Stage::Silent {
            (state.stage, state.since) = (Stage::Greeted, Instant::now());
        }
    }

    /// A whole request is there.
    pub(crate) fn answering(self: &Arc<Self>) -> Answering {
        let begun = Instant::now();
        let mut state = self.state();
        (state.stage, state.since) = (Stage::Answering, begun);
        state.exchanges.push(begun);
        drop(state);
        self.asked.notify_one();
        Answering { activity: Arc::clone(self), begun, last: None }
    }

    /// Waits until an exchange has taken longer than `limit`, or there has been none for `patience`.
    #[allow(dead_code, reason = "used by the feature `access`")]
    pub(crate) async fn overdue(&self, limit: Duration, patience: Duration) {
        loop {
            let due = self.due(limit, patience);
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                () = time::sleep_until(due) => {}
                () = self.asked.notified() => {}
            }
        }
    }

    fn due(&self, limit: Duration, patience: Duration) -> Instant {
        let state = self.state();
        let first = state.exchanges.iter().min();
        first.map_or(state.since + patience, |begun| *begun + limit)
    }

    /// The client has taken something, which is some of a response if one is on its way.
    pub(crate) fn sent(&self) {
        let mut state = self.state();
        if state.stage == Stage::Answering {
            state.since = Instant::now();
        }
    }

    /// Everything that was written is sent; whether that was all of the response.
    pub(crate) fn flushed(&self) -> bool {
        let mut state = self.state();
        state.written.drain(..).for_each(|last| last.came());
        if state.stage == Stage::Answering && state.exchanges.is_empty() {
            state.stage = Stage::Idle;
        }
        state.exchanges.is_empty()
    }

    /// Whether there was a whole request.
    pub(crate) fn has_asked(&self) -> bool {
        self.state().stage > Stage::Greeted
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answering {
    /// Tells `last` when it is sent: it is all of its scrape.
    pub(crate) fn tell(&mut self, last: Arc<LastScrape>) {
        self.last = Some(last);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.written.extend(self.last.take());
        if let Some(index) = state.exchanges.iter().position(|begun| *begun == self.begun) {
            state.exchanges.swap_remove(index);
        }
    }
}
