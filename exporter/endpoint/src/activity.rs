//! How far a connection is.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// How far a connection is, for whoever must choose one to drop.
#[derive(Debug)]
pub(crate) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    stage: Stage,
    /// When something last happened.
    since: Instant,
    /// Responses of which there is more than was written; over HTTP/1 there is one at most.
    answers: usize,
}

/// What a connection is worth, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// It has not sent a whole request yet.
    Silent,
    /// Its last request was answered.
    Idle,
    /// A response is on its way.
    Answering,
}

/// A response that is on its way: it is written when this is dropped.
#[derive(Debug)]
pub(crate) struct Answering(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        let state = State { stage: Stage::Silent, since: Instant::now(), answers: 0 };
        Arc::new(Self(Mutex::new(state)))
    }

    /// The lesser one goes first: by the stage, and by how long nothing has happened.
    pub(crate) fn rank(&self) -> (Stage, Instant) {
        let state = self.state();
        (state.stage, state.since)
    }

    /// A whole request is there.
    pub(crate) fn answering(self: &Arc<Self>) -> Answering {
        let mut state = self.state();
        (state.stage, state.since) = (Stage::Answering, Instant::now());
        state.answers += 1;
        drop(state);
        Answering(Arc::clone(self))
    }

    /// The client has taken some of the response.
    pub(crate) fn sent(&self) {
        self.state().since = Instant::now();
    }

    /// Everything that was written is sent; whether that was all of the response.
    pub(crate) fn flushed(&self) -> bool {
        let mut state = self.state();
        if state.stage == Stage::Answering && state.answers == 0 {
            state.stage = Stage::Idle;
        }
        state.answers == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.state().answers -= 1;
    }
}
