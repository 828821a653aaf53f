//! Counts how the rules decided.

use std::sync::atomic::{AtomicU64, Ordering};

use super::guard::Refusal;

/// How many were refused and why, and what came of changes of the files.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    refusals: [AtomicU64; Refusal::ALL.len()],
    pub(crate) reloads: [AtomicU64; 3],
}

/// How a change of the files ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reload {
    Followed,
    /// They have a mistake, or cannot be read.
    Broken,
    /// They would let in everybody, or encrypt nothing.
    Less,
}

impl Tally {
    pub(super) fn refused(&self, refusal: Refusal) {
        self.refusals[refusal as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often each refusal was given.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (Refusal, u64)> {
        let counts = self.refusals.iter().map(|count| count.load(Ordering::Relaxed));
        Refusal::ALL.into_iter().zip(counts)
    }

    /// How often each came of a change.
    pub(super) fn reloads(&self) -> impl Iterator<Item = (Reload, u64)> {
        let counts = self.reloads.iter().map(|count| count.load(Ordering::Relaxed));
        [Reload::Followed, Reload::Broken, Reload::Less].into_iter().zip(counts)
    }
}
