//! The account of a request, or of another unit of work: what it asks for, and where its time goes.

mod bill;
mod carry;
mod entries;
mod instruments;
mod lent;
mod operations;
mod part;
mod repeats;
mod serial;

use std::{
    mem,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

pub use bill::Bill;
use bill::QuickBill;
pub use carry::{Carried, carry};
use entries::{Entries, nanoseconds};
pub use instruments::{BillInstruments, BillSettings, Bills};
pub(crate) use lent::{Lent, begin, end, go_on, waited};
use lent::{Opening, lock};
pub use operations::Operations;
pub use part::{OperationKind, Part};
pub(crate) use serial::Serial;

/// What a request, or another unit of work, asks for, and where its time goes.
///
/// Whoever runs it [lends](Self::lend) the account to the thread for each poll and each drop. An operation of any
/// instrumentation that begins or ends meanwhile is entered; what is spawned is not, unless it [carries](carry()) the
/// account. When the work is over, the account is [closed](Self::close), and its [`Bill`] says where the time went. An
/// account without operations allocates nothing.
///
/// ```
/// use std::time::{Duration, Instant};
/// use kymo_core::{Account, Part};
///
/// let start = Instant::now();
/// let mut account = Account::new(start, 10, Duration::from_millis(10));
/// let lending = account.lend(start);
/// // The work goes here.
/// lending.end(start + Duration::from_secs(1));
/// let bill = account.close(Duration::from_secs(3));
/// assert_eq!(bill.time(Part::Handler), Duration::from_secs(1));
/// assert_eq!(bill.time(Part::Waiting), Duration::from_secs(2));
/// ```
#[derive(Debug)]
pub struct Account {
    start: Instant,
    held: Held,
    /// Nanoseconds in which it was polled until the head.
    polled: u64,
    longest_poll: u64,
    /// Nanoseconds.
    may_block: u64,
    /// How many polls took longer than they may.
    blocked: u32,
    limit: u16,
    head: Option<Head>,
}

/// The entries, while they are with their owner.
#[derive(Debug, Default)]
enum Held {
    /// There are none.
    #[default]
    Nothing,
    Own(Box<Entries>),
    Shared(Arc<Mutex<Entries>>),
}

/// What there was when a response had its head.
#[derive(Debug, Clone, Copy)]
struct Head {
    elapsed: u64,
    /// Nanoseconds of operations, and those of them in which the owner was polled.
    operations: (u64, u64),
}

/// An account that is lent to a thread until this [ends](Self::end) or is dropped, be it by unwinding.
///
/// Those of one thread end in the order opposite to that in which they were made.
#[derive(Debug)]
pub struct Lending<'a> {
    account: &'a mut Account,
    before: Lent,
    at: Instant,
}

impl Lending<'_> {
    /// The work was polled, or dropped, until `at`.
    pub fn end(mut self, at: Instant) {
        self.take_back(at);
        // There is nothing left in it to be dropped.
        mem::forget(self);
    }

    fn take_back(&mut self, at: Instant) {
        self.account.hold(mem::take(&mut self.before).replace(), || at);
        self.account.was_polled(at.saturating_duration_since(self.at));
    }
}

impl Drop for Lending<'_> {
    /// It unwinds.
    #[cold]
    fn drop(&mut self) {
        self.take_back(Instant::now());
    }
}

impl Account {
    /// One without entries, of work that began at `start`: a query that comes `limit` times is repeated there, and a
    /// poll that takes longer than `may_block` blocks its thread.
    #[inline]
    pub fn new(start: Instant, limit: u16, may_block: Duration) -> Self {
        Self {
            start,
            held: Held::Nothing,
            polled: 0,
            longest_poll: 0,
            may_block: u64::try_from(may_block.as_nanos()).unwrap_or(u64::MAX),
            blocked: 0,
            limit,
            head: None,
        }
    }

    /// The work is polled, or dropped, on this thread from now on, which is `at`.
    pub fn lend(&mut self, at: Instant) -> Lending<'_> {
        Lending { before: self.give(Some(at)).replace(), account: self, at }
    }

    /// Whether it has no entries.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.held, Held::Nothing)
    }

    /// Lends it to this thread, which is lent none, while it has no entries.
    #[inline]
    pub(crate) fn open_here(&self, poll: Option<Instant>) {
        Opening { limit: self.limit, poll }.lend();
    }

    /// What a thread is lent that polls its owner since `poll`, if that is timed; without the entries, until it
    /// [holds](Self::hold) them again.
    pub(crate) fn give(&mut self, poll: Option<Instant>) -> Lent {
        match mem::take(&mut self.held) {
            Held::Nothing => Lent::Open(Opening { limit: self.limit, poll }),
            Held::Own(mut entries) => {
                entries.enter(poll);
                Lent::Own(entries)
            }
            Held::Shared(entries) => {
                lock(&entries).enter(poll);
                Lent::Shared(entries)
            }
        }
    }

    /// Holds what a thread was lent, which polled its owner until `at`.
    pub(crate) fn hold(&mut self, lent: Lent, at: impl FnOnce() -> Instant) {
        self.held = match lent {
            Lent::Nobody | Lent::Open(_) => Held::Nothing,
            Lent::Own(mut entries) => {
                entries.leave(at());
                Held::Own(entries)
            }
            Lent::Shared(entries) => {
                lock(&entries).leave(at());
                Held::Shared(entries)
            }
        };
    }

    /// Its owner was polled for so long.
    #[inline]
    pub(crate) fn was_polled(&mut self, poll: Duration) {
        let poll = nanoseconds(poll);
        if self.head.is_none() {
            self.polled += poll;
        }
        self.longest_poll = self.longest_poll.max(poll);
        if poll > self.may_block {
            self.blocked = self.blocked.saturating_add(1);
        }
    }

    /// The response has its head since `at`: what follows is its body.
    #[inline]
    pub fn head(&mut self, at: Instant) {
        let operations = self.held.with(|entries| {
            entries.settle(at);
            entries.total()
        });
        let elapsed = nanoseconds(at.saturating_duration_since(self.start));
        self.head = Some(Head { elapsed, operations: operations.unwrap_or_default() });
    }

    /// The bill of the work so far, which goes on after `now`.
    pub fn so_far(&mut self, now: Instant) -> Bill {
        self.bill(now.saturating_duration_since(self.start))
    }

    /// The bill of the work, which took `elapsed` and has ended; what it was [carried](carry()) to is not entered any
    /// more.
    pub fn close(&mut self, elapsed: Duration) -> Bill {
        let mut bill = self.bill(elapsed);
        if let Some(repeated) = self.held.with(|entries| {
            entries.is_closed = true;
            entries.repeats.take()
        }) {
            bill.repeated = repeated;
        }
        bill
    }

    fn bill(&mut self, elapsed: Duration) -> Bill {
        let Self { start, polled, longest_poll, blocked, head, .. } = *self;
        let head = head.map(|head| (head.elapsed, head.operations));
        let mut bill = Bill::of(nanoseconds(elapsed), polled, head);
        (bill.longest_poll, bill.blocked) = (longest_poll, blocked);
        self.held.with(|entries| {
            entries.settle(start.checked_add(elapsed).unwrap_or(start));
            bill.charge(entries);
        });
        bill
    }

    /// As [`close`](Self::close), of work without operations; `None` if it had any.
    #[inline]
    fn close_without_operations(&self, elapsed: Duration) -> Option<QuickBill> {
        let Self { held: Held::Nothing, polled, longest_poll, blocked, head, .. } = self else {
            return None;
        };
        let elapsed = nanoseconds(elapsed);
        let until_head = head.as_ref().map_or(elapsed, |head| head.elapsed.min(elapsed));
        let handler = (*polled).min(until_head);
        let mut bill = QuickBill {
            handler,
            waiting: until_head - handler,
            body: elapsed - until_head,
            longest_poll: *longest_poll,
            blocked: *blocked,
        };
        bill.without_crumbs();
        Some(bill)
    }
}

impl Held {
    #[inline]
    fn with<T>(&mut self, look: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        match self {
            Self::Nothing => None,
            Self::Own(entries) => Some(look(entries)),
            Self::Shared(entries) => Some(look(&mut lock(entries))),
        }
    }
}

#[cfg(test)]
mod tests;
