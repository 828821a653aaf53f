//! The room that all exemplars of a telemetry have.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::here;

/// The slots that all metrics of a telemetry may still have.
///
/// While there is one, whatever is measured in this process looks for its trace.
#[derive(Debug)]
pub(super) struct Room(AtomicUsize);

/// The slots that all series have together, at most.
const SLOTS: usize = 65_536;

impl Room {
    pub(super) fn new() -> Self {
        here::want();
        Self(AtomicUsize::new(SLOTS))
    }

    /// Whether so many more slots have room, for now.
    pub(super) fn has(&self, slots: usize) -> bool {
        self.0.load(Ordering::Relaxed) >= slots
    }

    /// Takes the room of so many slots, or none and says `false`.
    pub(super) fn take(&self, slots: usize) -> bool {
        let take = |room: usize| room.checked_sub(slots);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        here::want_no_more();
    }
}
