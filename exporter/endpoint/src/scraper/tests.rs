//! One scrape after the other, in which everything happens at the same moment.

use std::task::{Context, Poll, Wake};

use super::*;

struct Nothing;

impl Source for Nothing {
    fn collect(&self, _: &mut dyn Sink) {}
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Asks, and puts the document down as soon as it is there.
fn scrape(scraper: &Arc<Scraper>) {
    let deadline = Deadline::of(&http::HeaderMap::new(), Instant::now());
    let mut ticket =
        scraper.ask(deadline, (Dialect::PLAIN, Encoding::Identity), &Filter::All, None).unwrap();
    let waker = Arc::new(Unpark(thread::current())).into();
    let outcome = loop {
        match std::pin::Pin::new(&mut ticket).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => break outcome,
            Poll::Pending => thread::park_timeout(Duration::from_secs(10)),
        }
    };
    assert!(matches!(outcome, Outcome::Document(_)), "{outcome:?}");
    drop((outcome, ticket));
    scraper.put_down();
}

#[test]
fn what_nobody_reads_any_more_is_gone_at_once() {
    let scraper = Arc::new(Scraper::new(Box::new(Nothing)));
    for number in 0..5_000 {
        scrape(&scraper);
        let read = Instant::now();
        while scraper.desk().is_kept {
            assert!(read.elapsed() < Duration::from_secs(5), "scrape {number}");
            thread::yield_now();
        }
    }
}

#[test]
fn series_for_which_there_is_no_room_are_counted() {
    let scraper = Scraper::new(Box::new(Nothing));
    for _ in 0..2 {
        scraper.report(&Contents { left_out: 3, ..Contents::default() }, Format::Text004);
    }
    let counts: Vec<_> = scraper.observer.tally.left_out().map(|(_, count)| count).collect();
    assert_eq!(counts, [0, 0, 6], "malformed, unsupported, full");
}
