//! Collects a source for all who ask at the same time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use kymo_core::OTHER;
use kymo_exposition::{Format, Sink, Source};
use opentelemetry::metrics::MeterProvider;

use crate::{
    compress::compress,
    contents::{Census, Contents},
    deadline::Deadline,
    desk::{Desk, Errands},
    dialect::Dialect,
    document::Document,
    encoding::Encoding,
    filter::Filter,
    form::Rendering,
    key,
    listeners::Listeners,
    metrics,
    observer::Observer,
    offer::Offer,
    overview::Apology,
    page::Page,
    pages::Pages,
    round::{Outcome, Round, Ticket},
    site::Beside,
    table::Tables,
    wanted::Wish,
    warnings::Warnings,
};

/// Who wait for one collection, at most.
const WAITING: usize = 1024;
/// A page of metrics is a tenth after little work, and hardly shorter after more.
const LEVEL: u8 = 1;
/// Bytes of a document at most, of all its pages together: millions of series. Those that come after it are left
/// out.
const LONGEST: usize = 256 * 1024 * 1024;

/// Collects a source for all who ask at the same time, on threads of its own.
///
/// One collection runs at a time. Who asks meanwhile waits for the next one, with all others who do: so
/// nobody gets what was collected before they asked, and however many ask, they cost one collection and one
/// document. Those who ask in a loop have a share of the time. There are no threads while there is nothing to do.
pub(crate) struct Scraper {
    source: Box<dyn Source>,
    desk: Mutex<Desk>,
    /// How much work it may be to compress a document, from 1 to 9; 0 if none is.
    level: AtomicU8,
    offer: Mutex<Offer>,
    /// Somebody asked, a collection ended, or a document was put down.
    changed: Condvar,
    warnings: Warnings,
    pub(crate) observer: Arc<Observer>,
    census: Arc<Census>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) tables: Tables,
    pub(crate) beside: Beside,
    pub(crate) apology: Apology,
}

impl Scraper {
    pub(crate) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            desk: Mutex::default(),
            level: AtomicU8::new(LEVEL),
            offer: Mutex::default(),
            changed: Condvar::new(),
            warnings: Warnings::default(),
            observer: Arc::default(),
            census: Arc::default(),
            listeners: Arc::default(),
            tables: Tables::default(),
            beside: Beside::default(),
            apology: Apology::default(),
        }
    }

    /// Measures scrapes, the page and the listeners with `meters`, unless somebody does already.
    ///
    /// What a callback holds while it observes is no part of what is scraped: the last of that may go meanwhile,
    /// and a provider that goes while it reads waits for itself.
    pub(crate) fn measure(&self, meters: &dyn MeterProvider) {
        let meter = metrics::SCOPE.meter(meters);
        if !self.observer.attach(&meter) {
            return;
        }
        let census = Arc::downgrade(&self.census);
        metrics::SCRAPE_SERIES.observable_up_down_counter(&meter, move |to| {
            let Some(census) = census.upgrade() else { return };
            let (named, others) = census.get();
            let others = (others > 0).then(|| (OTHER.to_owned(), others));
            for (family, series) in named.into_iter().chain(others) {
                let series = series.try_into().unwrap_or(i64::MAX);
                to.observe(series, &[key::SCRAPE_FAMILY.of(family)]);
            }
        });
        let listeners = Arc::downgrade(&self.listeners);
        metrics::LISTENERS.observable_up_down_counter(&meter, move |to| {
            let Some(listeners) = listeners.upgrade() else { return };
            for (attributes, count) in listeners.open() {
                to.observe(count, &attributes);
            }
        });
    }

    /// How much work it may be to compress a document, from 1 to 9; 0 if none is.
    pub(crate) fn level(&self) -> u8 {
        self.level.load(Ordering::Relaxed)
    }

    /// The formats that clients can have.
    pub(crate) fn offer(&self) -> Offer {
        *self.offer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clients can have other formats from now on.
    pub(crate) fn offer_others(&self, change: impl FnOnce(Offer) -> Offer) {
        let mut offer = self.offer.lock().unwrap_or_else(PoisonError::into_inner);
        *offer = change(*offer);
    }

    /// How long a document is handed out to those who ask after it was collected.
    pub(crate) fn cache_for(&self, time: Duration) {
        self.desk().cache.keep_for(time);
    }

    /// How much work it may be to compress a document, from 1 to 9; 0 if none is.
    pub(crate) fn compress_by(&self, level: u8) {
        self.level.store(level.min(9), Ordering::Relaxed);
    }

    /// The right to a document that is collected from now on; or why there will be none, which may be one that
    /// is handed out again, if it was not collected before `since`.
    pub(crate) fn ask(
        self: &Arc<Self>,
        deadline: Deadline,
        (dialect, encoding): (Dialect, Encoding),
        filter: &Filter,
        since: Option<Instant>,
    ) -> Result<Ticket, Outcome> {
        let mut desk = self.desk();
        let now = Instant::now();
        desk.cache.remember(now, dialect, encoding);
        if let Some(document) = desk.cache.find(now, since, dialect) {
            return Err(Outcome::Document(document));
        }
        if desk.is_stuck(now) {
            return Err(Outcome::Busy);
        }
        // What is to be handed out again is whole.
        let has_cache = desk.cache.is_on();
        let round = desk.next(dialect);
        round.widen(if has_cache { &Filter::All } else { filter });
        let ticket = round.join(deadline, dialect, encoding, WAITING).ok_or(Outcome::Busy)?;
        if !desk.is_kept {
            let scraper = Arc::clone(self);
            desk.is_kept = spawn("kymo-scrape", move || {
                // Should it ever panic, whoever asks next has another thread.
                if catch_unwind(AssertUnwindSafe(|| scraper.keep())).is_err() {
                    scraper.desk().is_kept = false;
                }
            });
            if !desk.is_kept {
                return Err(Outcome::NoThread);
            }
        }
        drop(desk);
        self.changed.notify_all();
        Ok(ticket)
    }

    /// Somebody has put a document down, or waits no more.
    pub(crate) fn put_down(&self) {
        // Whoever keeps the desk has either yet to look, or waits already.
        drop(self.desk());
        self.changed.notify_all();
    }

    /// Keeps the time, and begins one collection after the other, until there is nothing left to do.
    fn keep(self: &Arc<Self>) {
        loop {
            let mut desk = self.desk();
            let now = Instant::now();
            let errands = desk.tidy(now);
            if errands.is_empty() {
                let Some(wait) = desk.idle(now) else {
                    desk.is_kept = false;
                    return;
                };
                let waited = self.changed.wait_timeout(desk, wait);
                drop(waited.unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            drop(desk);
            let Errands { late, parts, round } = errands;
            for seat in late {
                seat.wake();
            }
            // Before anything else is written.
            drop(parts);
            if let Some((round, deadline)) = round {
                self.begin(&round, deadline);
            }
        }
    }

    fn begin(self: &Arc<Self>, round: &Arc<Round>, deadline: Instant) {
        let (scraper, waiting) = (Arc::clone(self), Arc::clone(round));
        if !spawn("kymo-collect", move || scraper.collect(waiting, deadline)) {
            self.desk().end(None, deadline);
            round.end(Outcome::NoThread);
        }
    }

    fn collect(&self, round: Arc<Round>, deadline: Instant) {
        let begun = Instant::now();
        let outcome = match catch_unwind(AssertUnwindSafe(|| self.write(&round, deadline))) {
            Ok(document) => {
                let document = Arc::new(document);
                let mut desk = self.desk();
                desk.spend(begun, Instant::now());
                desk.end(Some(&document), begun);
                Outcome::Document(document)
            }
            Err(panic) => {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                let mut desk = self.desk();
                desk.spend(begun, Instant::now());
                desk.end(None, begun);
                Outcome::Panicked
            }
        };
        round.end(outcome);
        // It holds the document.
        drop(round);
        self.put_down();
    }

    /// Everything the source has to say by `deadline`, as those of `round` want it.
    fn write(&self, round: &Round, deadline: Instant) -> Document {
        let wanted = round.wanted();
        let dialects: Vec<_> = wanted.forms().iter().map(|wish| wish.dialect).collect();
        let has_created = self.offer().has_created;
        let collect = |sink: &mut dyn Sink| self.source.collect_by(deadline, sink);
        let pages = Pages::write(LONGEST, &wanted.filter(), &dialects, has_created, collect);
        for (page, wish) in pages.iter().zip(wanted.forms()) {
            self.report(&page.contents, wish.dialect.format);
        }
        // A format may lack what another can carry.
        if let Some(page) = pages.iter().max_by_key(|page| page.contents.len()) {
            self.census.take(&page.contents, key::SCRAPE_FAMILY.limit().into());
        }
        let level = self.level();
        let render = |(page, wish): (Page, &Wish)| {
            let encodings = Encoding::ALL.into_iter();
            let wanted = encodings.filter(|encoding| level > 0 && wish.has(*encoding));
            let others = wanted
                .filter_map(|encoding| Some((encoding, compress(&page.parts, encoding, level)?)))
                .collect();
            Rendering::new(wish.dialect, page, others)
        };
        Document::of(pages.into_iter().zip(wanted.forms()).map(render).collect())
    }

    /// Counts what is not on the page, and warns of it, once each.
    fn report(&self, contents: &Contents, format: Format) {
        self.observer.tally.lacks(&contents.report, contents.left_out);
        for warning in self.warnings.of(contents, format, LONGEST) {
            tracing::warn!("{warning}");
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` on a thread of its own; the system may have none left.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    thread::Builder::new().name(name.to_owned()).spawn(work).is_ok()
}

#[cfg(test)]
mod tests;
