//! One scrape after another.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use kymo_exposition::{Report, Source, text::TextWriter};

/// Scrapes under way at most. Prometheus sends one at a time; a handful are replicas and humans.
const AT_ONCE: usize = 4;

/// Collects a source and writes what it has.
pub(crate) struct Scraper {
    source: Box<dyn Source>,
    under_way: AtomicUsize,
    /// How long the last document was: the next will be about as long.
    last_len: AtomicUsize,
    /// Whether it was reported that something could not be written.
    has_left_out: AtomicBool,
}

/// The right to one scrape, given back when dropped.
pub(crate) struct Turn(Arc<Scraper>);

impl Scraper {
    pub(crate) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            under_way: AtomicUsize::new(0),
            last_len: AtomicUsize::new(0),
            has_left_out: AtomicBool::new(false),
        }
    }

    /// Tells the log, once, that a source pushes what cannot be written.
    fn report(&self, report: Report) {
        let left_out = report.dropped + report.unsupported;
        if left_out > 0 && !self.has_left_out.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "{left_out} series are not on the page: text 0.0.4 cannot carry them; a source of \
                 metrics gives them malformed labels or values, or native histograms"
            );
        }
    }

    /// The right to one scrape, unless too many are under way.
    pub(crate) fn turn(self: &Arc<Self>) -> Option<Turn> {
        let turn = Turn(Arc::clone(self));
        (self.under_way.fetch_add(1, Ordering::Relaxed) < AT_ONCE).then_some(turn)
    }
}

impl Turn {
    /// The document: everything the source has to say now.
    pub(crate) fn scrape(self) -> Vec<u8> {
        let scraper = &self.0;
        let last_len = scraper.last_len.load(Ordering::Relaxed);
        let mut document = Vec::with_capacity(last_len + last_len / 8);
        let mut writer = TextWriter::new(&mut document);
        scraper.source.collect(&mut writer);
        scraper.report(writer.finish());
        scraper.last_len.store(document.len(), Ordering::Relaxed);
        document
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
