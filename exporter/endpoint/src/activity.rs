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
    /// Whether there is more of the response than was written.
    has_more: bool,
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
        let state = State { stage: Stage::Silent, since: Instant::now(), has_more: false };
        Arc::new(Self(Mutex::new(state)))
    }

    /// The lesser one goes first: by the stage, and by how long nothing has happened.
    pub(crate) fn rank(&self) -> (Stage, Instant) {
        let state = self.state();
        (state.stage, state.since)
    }

    /// A whole request is there.
    pub(crate) fn answering(self: &Arc<Self>) -> Answering {
        *self.state() = State { stage: Stage::Answering, since: Instant::now(), has_more: true };
        Answering(Arc::clone(self))
    }

    /// The client has taken some of the response.
    pub(crate) fn sent(&self) {
        self.state().since = Instant::now();
    }

    /// Everything that was written is sent; whether that was all of the response.
    pub(crate) fn flushed(&self) -> bool {
        let mut state = self.state();
        if state.stage == Stage::Answering && !state.has_more {
            state.stage = Stage::Idle;
        }
        !state.has_more
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.state().has_more = false;
    }
}
