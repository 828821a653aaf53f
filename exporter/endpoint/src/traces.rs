//! What a listener leaves outside while it is open.

use std::{any::Any, sync::Arc};

use crate::{place::Place, scraper::Scraper};

/// What is let go with a listener, such as a file of its own.
pub(crate) type Belonging = Box<dyn Any + Send>;

/// What a listener leaves outside while it is open: its files, and its part of a metric. They go when this
/// is dropped.
pub(crate) struct Traces {
    scraper: Arc<Scraper>,
    places: Vec<Place>,
    /// They go when they are dropped.
    _belongings: Vec<Belonging>,
}

impl Traces {
    /// The listener of `scraper` at `places` is open.
    pub(crate) fn new(
        scraper: Arc<Scraper>,
        places: Vec<Place>,
        belongings: Vec<Belonging>,
    ) -> Self {
        for place in &places {
            scraper.listeners.opened(place);
        }
        Self { scraper, places, _belongings: belongings }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        for place in &self.places {
            self.scraper.listeners.closed(place);
        }
    }
}
