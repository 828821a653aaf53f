//! The scrape that a listener waits for before it stops.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The scrape that a listener waits for before it stops: one of the whole page, that begins after the wish
/// to stop.
#[derive(Debug, Default)]
pub(crate) struct LastScrape {
    is_wanted: AtomicBool,
    came: Notify,
}

impl LastScrape {
    /// The next scrape is the last.
    pub(crate) fn want(&self) {
        self.is_wanted.store(true, Ordering::Release);
    }

    /// Whether a scrape that begins now is the last.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Acquire)
    }

    /// It was answered.
    pub(crate) fn came(&self) {
        self.came.notify_one();
    }

    /// Waits until it was answered.
    pub(crate) async fn wait(&self) {
        self.came.notified().await;
    }
}
