//! What a listener leaves outside while it is open.

use std::sync::Arc;

use crate::{place::Place, scraper::Scraper};

/// What a listener leaves outside while it is open: its files, and its part of a metric. They go when this
/// is dropped.
pub(crate) struct Traces {
    scraper: Arc<Scraper>,
    place: Place,
    /// They go when they are dropped.
    _files: Vec<Box<dyn Send>>,
}

impl Traces {
    /// The listener of `scraper` at `place` is open.
    pub(crate) fn new(scraper: Arc<Scraper>, place: Place, files: Vec<Box<dyn Send>>) -> Self {
        scraper.listeners.opened(&place);
        Self { scraper, place, _files: files }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        self.scraper.listeners.closed(&self.place);
    }
}
