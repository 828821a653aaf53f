//! Reports to operators: their mistakes, and settings without an effect.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kymo_core::OneLine;

/// The reports so far, each topic once.
///
/// Reports go to `tracing`. A program without a subscriber would never see them, so those of an
/// installed telemetry go to standard error then.
#[derive(Debug, Clone, Default)]
pub(super) struct Reports(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    topics: BTreeSet<String>,
    lines: Vec<String>,
    /// The lines that somebody must see.
    warnings: Vec<String>,
    is_installed: bool,
}

impl Reports {
    /// Warns by `message`, unless there was something about `topic` before.
    pub(super) fn warn(&self, topic: &str, message: &str) {
        let Some(line) = self.add(topic, message) else { return };
        tracing::warn!(target: "kymo", "{line}");
        let mut state = self.state();
        if state.is_installed {
            drop(state);
            say(&[line]);
        } else {
            state.warnings.push(line);
        }
    }

    /// Mentions `message`, unless there was something about `topic` before: it explains, and nothing
    /// is wrong.
    pub(super) fn mention(&self, topic: &str, message: &str) {
        if let Some(line) = self.add(topic, message) {
            tracing::info!(target: "kymo", "{line}");
        }
    }

    /// Everything that was reported so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.state().lines.clone()
    }

    /// The telemetry is that of the process now, or has failed to be.
    pub(super) fn install(&self) {
        let mut state = self.state();
        state.is_installed = true;
        let warnings = std::mem::take(&mut state.warnings);
        drop(state);
        say(&warnings);
    }

    /// Keeps a line, unless there was one about `topic` before.
    fn add(&self, topic: &str, message: &str) -> Option<String> {
        let mut state = self.state();
        let line = OneLine(message).to_string();
        state.topics.insert(topic.to_owned()).then(|| {
            state.lines.push(line.clone());
            line
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes `warnings` to standard error if nobody listens to `tracing`.
fn say(warnings: &[String]) {
    if warnings.is_empty() || tracing::dispatcher::has_been_set() {
        return;
    }
    let mut stderr = io::stderr().lock();
    for warning in warnings {
        // Where standard error is closed, nobody can be told.
        let _ = writeln!(stderr, "kymo: {warning}");
    }
}
