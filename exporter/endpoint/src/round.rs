//! One collection, and all who wait for it.

use std::{
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use crate::{
    deadline::Deadline,
    dialect::Dialect,
    document::Document,
    encoding::Encoding,
    filter::Filter,
    wanted::{Wanted, Wish},
};

/// The time a collection has at least. Who can wait for less gets what is there by then, and costs nobody else
/// anything: it is the half of what whoever waits for the least time can wait for.
const LEAST: Duration = Duration::from_millis(500);

/// How a scrape ends.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Document(Arc<Document>),
    /// A source of metrics panicked.
    Panicked,
    /// Nothing was there in time.
    Late,
    /// Too many wait.
    Busy,
    /// The system has no thread left.
    NoThread,
}

impl Outcome {
    /// Why there is no document, in one sentence; empty if there is one.
    pub(crate) fn sentence(&self) -> &'static str {
        match self {
            Self::Document(_) => "",
            Self::Panicked => "The metrics could not be collected: a source of metrics panicked.\n",
            Self::Late => "The metrics were not collected in time; scrape again later.\n",
            Self::Busy => "Too many scrapes wait for one that does not end; scrape again later.\n",
            Self::NoThread => {
                "The system has no thread left to collect the metrics; scrape again later.\n"
            }
        }
    }
}

/// One collection, and all who wait for it.
#[derive(Debug, Default)]
pub(crate) struct Round {
    outcome: OnceLock<Outcome>,
    seats: Mutex<Vec<Weak<Seat>>>,
    wanted: Mutex<Wanted>,
}

/// Where somebody waits; it is given up by dropping it.
#[derive(Debug)]
pub(crate) struct Seat {
    deadline: Deadline,
    waker: Mutex<Option<Waker>>,
}

impl Round {
    /// A place among those who wait, unless there are `limit` of them.
    pub(crate) fn join(
        self: &Arc<Self>,
        deadline: Deadline,
        dialect: Dialect,
        encoding: Encoding,
        limit: usize,
    ) -> Option<Ticket> {
        let seat = Arc::new(Seat { deadline, waker: Mutex::default() });
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.len() >= limit {
            seats.retain(|seat| seat.strong_count() > 0);
        }
        if seats.len() >= limit {
            return None;
        }
        seats.push(Arc::downgrade(&seat));
        self.wishes().add(Wish::new(dialect, encoding));
        Some(Ticket { round: Arc::clone(self), seat })
    }

    /// Whether there is room for a page in this dialect.
    pub(crate) fn takes(&self, dialect: Dialect) -> bool {
        self.wishes().takes(dialect)
    }

    /// Somebody wants these families.
    pub(crate) fn widen(&self, filter: &Filter) {
        self.wishes().widen(filter);
    }

    /// Somebody may come back for a page like this.
    pub(crate) fn expect(&self, wish: Wish) {
        self.wishes().expect(wish);
    }

    /// All that somebody wants.
    pub(crate) fn wanted(&self) -> Wanted {
        self.wishes().clone()
    }

    fn wishes(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When collecting that begins `now` must end for the first of them who can wait for [`LEAST`], unless
    /// nobody waits.
    pub(crate) fn collect_by(&self, now: Instant) -> Option<Instant> {
        let (seats, least) = (self.seats(), now + LEAST);
        let in_time = seats.iter().map(|seat| seat.deadline.collect).filter(|at| *at >= least);
        in_time.min().or((!seats.is_empty()).then_some(least))
    }

    /// When the first of them will have waited for too long, unless nobody waits.
    pub(crate) fn answer_by(&self) -> Option<Instant> {
        self.seats().iter().map(|seat| seat.deadline.answer).min()
    }

    /// Takes out those who have waited for too long: they are to be woken.
    pub(crate) fn expire(&self, now: Instant) -> Vec<Arc<Seat>> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let mut late = Vec::new();
        seats.retain(|seat| match seat.upgrade() {
            Some(seat) if seat.deadline.answer <= now => {
                late.push(seat);
                false
            }
            waiting => waiting.is_some(),
        });
        late
    }

    /// Tells all of them what became of it, once.
    pub(crate) fn end(&self, outcome: Outcome) {
        if self.outcome.set(outcome).is_ok() {
            self.seats().iter().for_each(|seat| seat.wake());
        }
    }

    fn seats(&self) -> Vec<Arc<Seat>> {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.iter().filter_map(Weak::upgrade).collect()
    }
}

impl Seat {
    /// Wakes `waker` from now on. A waker is foreign, and is copied and dropped where nothing is held.
    fn keep(&self, waker: &Waker) {
        let is_kept = self.waker().as_ref().is_some_and(|kept| kept.will_wake(waker));
        if !is_kept {
            let waker = waker.clone();
            let replaced = self.waker().replace(waker);
            drop(replaced);
        }
    }

    /// Wakes who waits. A waker is foreign: if it panics, that is nothing to those who are woken after it.
    pub(crate) fn wake(&self) {
        let waker = self.waker().take();
        if let Some(waker) = waker
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake()))
        {
            // It may panic again when it is dropped.
            mem::forget(panic);
        }
    }

    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to the document of a round.
#[derive(Debug)]
pub(crate) struct Ticket {
    round: Arc<Round>,
    seat: Arc<Seat>,
}

impl Future for Ticket {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.seat.keep(cx.waker());
        if let Some(outcome) = self.round.outcome.get() {
            return Poll::Ready(outcome.clone());
        }
        if Instant::now() >= self.seat.deadline.answer {
            return Poll::Ready(Outcome::Late);
        }
        Poll::Pending
    }
}

impl Drop for Ticket {
    /// Takes its waker along, so that whoever has the seat in hand then drops nothing that is foreign.
    fn drop(&mut self) {
        let waker = self.seat.waker().take();
        drop(waker);
    }
}

#[cfg(test)]
mod tests;
