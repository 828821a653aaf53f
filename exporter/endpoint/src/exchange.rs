//! A scrape under way.

use std::{sync::Arc, time::Instant};

use crate::{encoding::Encoding, end::End, medium::Medium, observer::Observer, round::Outcome};

/// A scrape under way, from the moment in which it is let in until its response is handed over.
///
/// It is measured once, when this is dropped, and was cancelled unless somebody says what else became of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    observer: Arc<Observer>,
    medium: Medium,
    begun: Instant,
    end: End,
    /// Bytes of the page that were sent, and how they are encoded; absent without a page.
    sent: Option<(u64, Encoding)>,
}

impl Exchange {
    pub(crate) fn begin(observer: &Arc<Observer>, medium: Medium) -> Self {
        observer.tally.asked(medium);
        let (observer, begun) = (Arc::clone(observer), Instant::now());
        Self { observer, medium, begun, end: End::Cancelled, sent: None }
    }

    /// There is no page.
    pub(crate) fn fail(mut self, outcome: &Outcome) {
        self.end = match outcome {
            Outcome::Document(_) => End::Complete,
            Outcome::Panicked => End::Panicked,
            Outcome::Late => End::Late,
            Outcome::Busy => End::Busy,
            Outcome::NoThread => End::NoThread,
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
        self.end = End::Complete;
    }

    /// The page is taken away before it is sent.
    pub(crate) fn withdraw(mut self) {
        self.end = End::Withdrawn;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.observer.scraped(self.medium, self.begun.elapsed(), self.end);
        if let Some((bytes, encoding)) = self.sent {
            self.observer.sent(self.medium, bytes, encoding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_instead_of_a_page_is_counted_once_by_its_cause() {
        for (outcome, cause) in [
            (Outcome::Panicked, "panic"),
            (Outcome::Late, "timeout"),
            (Outcome::Busy, "busy"),
            (Outcome::NoThread, "thread"),
        ] {
            let observer = Arc::<Observer>::default();
            Exchange::begin(&observer, Medium::ALL[0]).fail(&outcome);
            let counted: Vec<_> = observer.tally.ends().filter(|(_, count)| *count > 0).collect();
            let [(attributes, 1)] = &counted[..] else { panic!("{cause}: {counted:?}") };
            assert_eq!(attributes[1].value.as_str(), cause);
        }
    }
}
