//! The exemplars that go with the metrics of a push.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use kymo_core::Exemplars;

/// The exemplars that go with the metrics of a push: those that are new since the last one that arrived.
#[derive(Debug)]
pub(crate) struct Escort {
    pub(crate) kept: Exemplars,
    /// Nanoseconds since 1970 until which all have arrived.
    arrived: AtomicU64,
    /// Whether somebody was told that some were left out.
    is_reported: AtomicBool,
}

impl Escort {
    pub(crate) fn new(kept: Exemplars) -> Self {
        Self { kept, arrived: AtomicU64::default(), is_reported: AtomicBool::default() }
    }

    /// Those that were observed until `time` have arrived, and go with no other push.
    pub(crate) fn arrive(&self, time: SystemTime) {
        self.arrived.store(nanoseconds(time), Ordering::Relaxed);
    }

    /// Nanoseconds since 1970 from which on they are new; a clock that was set back makes all new.
    pub(crate) fn new_since(&self) -> u64 {
        let arrived = self.arrived.load(Ordering::Relaxed);
        if arrived > nanoseconds(SystemTime::now()) { 0 } else { arrived }
    }

    /// Says once that a message had no room for so many of them.
    pub(crate) fn leave_out(&self, exemplars: usize) {
        if exemplars > 0 && !self.is_reported.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a push leaves out {exemplars} exemplars, and so may others: those of one push have {BYTES} bytes, \
                 for a receiver refuses what is too large as a whole; push more often, or let fewer traces be \
                 sampled"
            );
        }
    }
}

/// Nanoseconds since 1970.
pub(crate) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The bytes that the exemplars of one message have together, at most: a quarter of what a Collector takes over gRPC
/// unless it is told otherwise.
pub(crate) const BYTES: usize = 1 << 20;
