//! The scrape that a listener waits for before it stops.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;

/// The scrape that a listener waits for before it stops: one of the whole page, that begins after the wish
/// to stop.
#[derive(Debug, Default)]
pub(crate) struct LastScrape {
    wanted: OnceLock<Instant>,
    has_come: AtomicBool,
    came: Notify,
}

impl LastScrape {
    /// The next scrape is the last.
    pub(crate) fn want(&self) {
        let _ = self.wanted.set(Instant::now());
    }

    /// Since when a scrape that begins is the last, if it is: it shows nothing that was collected before.
    pub(crate) fn wanted(&self) -> Option<Instant> {
        self.wanted.get().copied()
    }

    /// All of it is sent.
    pub(crate) fn came(&self) {
        self.has_come.store(true, Ordering::Release);
        self.came.notify_one();
    }

    /// Whether all of it is sent.
    pub(crate) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::Acquire)
    }

    /// Waits until all of it is sent.
    pub(crate) async fn wait(&self) {
        self.came.notified().await;
    }
}
