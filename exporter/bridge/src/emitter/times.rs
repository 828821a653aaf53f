//! The times of a value.

use std::time::SystemTime;

/// Holds when a value began, and whether it is only the latest.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) start: Option<SystemTime>,
    /// Whether it is the latest of some, and no sum of them.
    pub(super) is_latest: bool,
}

impl Times {
    /// Those of a sum or of a histogram.
    pub(super) fn of(start: Option<SystemTime>) -> Self {
        Times { start, is_latest: false }
    }
}
