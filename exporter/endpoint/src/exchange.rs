//! A scrape under way.

use std::{sync::Arc, time::Instant};

use crate::{encoding::Encoding, observer::Observer, round::Outcome};

/// A scrape under way, from the moment in which it is let in until its response is handed over.
///
/// It is measured once, when this is dropped, and was cancelled unless somebody says what else became of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    observer: Arc<Observer>,
    begun: Instant,
    error: Option<&'static str>,
    /// Bytes of the page that were sent, and how they are encoded; absent without a page.
    sent: Option<(u64, Encoding)>,
}

impl Exchange {
    pub(crate) fn begin(observer: &Arc<Observer>) -> Self {
        Self {
            observer: Arc::clone(observer),
            begun: Instant::now(),
            error: Some("cancelled"),
            sent: None,
        }
    }

    /// There is no page.
    pub(crate) fn fail(mut self, outcome: &Outcome) {
        self.error = match outcome {
            Outcome::Document(_) => None,
            Outcome::Panicked => Some("panic"),
            Outcome::Late => Some("timeout"),
            Outcome::Busy => Some("busy"),
            Outcome::NoThread => Some("thread"),
        };
    }

    /// There is a page, and it is sent in this encoding.
    pub(crate) fn send(mut self, encoding: Encoding) -> Self {
        self.sent = Some((0, encoding));
        self
    }

    /// So many bytes more were sent.
    pub(crate) fn sent(&mut self, bytes: usize) {
        if let Some((sent, _)) = &mut self.sent {
            *sent += bytes as u64;
        }
    }

    /// Nothing is missing.
    pub(crate) fn complete(mut self) {
        self.error = None;
    }

    /// The page is taken away before it is sent.
    pub(crate) fn withdraw(mut self) {
        self.error = Some("withdrawn");
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.observer.scraped(self.begun.elapsed(), self.error);
        if let Some((bytes, encoding)) = self.sent {
            self.observer.sent(bytes, encoding);
        }
    }
}
