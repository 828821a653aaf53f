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
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

pub use bill::Bill;
pub use carry::{Carried, carry};
use entries::{Entries, nanoseconds};
pub use instruments::{BillInstruments, BillSettings, Bills};
use lent::{Lent, Opening};
pub(crate) use lent::{begin, end, restart};
pub use operations::Operations;
pub use part::{OperationKind, Part};
pub(crate) use serial::Serial;

/// What a request, or another unit of work, asks for, and where its time goes.
///
/// Whoever runs it [lends](Self::lend) the account to the thread for each poll and each drop, and
/// [takes it back](Self::take_back) afterwards. An operation of any instrumentation that begins or ends meanwhile
/// is entered; what is spawned is not, unless it [carries](carry()) the account. When the work is over, the account
/// is [closed](Self::close), and its [`Bill`] says where the time went. An account without operations
/// allocates nothing.
///
/// ```
/// use std::time::{Duration, Instant};
/// use kymo_core::{Account, Part};
///
/// let start = Instant::now();
/// let mut account = Account::new(start, 10, Duration::from_millis(10));
/// let lending = account.lend(start);
/// // The work goes here.
/// account.take_back(lending, start + Duration::from_secs(1));
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
    /// How many polls took longer than they may.
    blocked: u32,
    may_block: u64,
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

/// An account that is lent to a thread; it has to be [taken back](Account::take_back), also where what runs unwinds.
#[derive(Debug)]
#[must_use = "an account that is not taken back loses its entries"]
pub struct Lending {
    before: Lent,
    at: Instant,
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
            blocked: 0,
            may_block: nanoseconds(may_block),
            limit,
            head: None,
        }
    }

    /// Its owner is polled, or dropped, on this thread from now on, which is `at`.
    #[inline]
    pub fn lend(&mut self, at: Instant) -> Lending {
        let lent = match mem::take(&mut self.held) {
            Held::Nothing => Lent::Open(Opening { poll: at, limit: self.limit }),
            Held::Own(mut entries) => {
                entries.enter(at);
                Lent::Own(entries)
            }
            Held::Shared(entries) => {
                lock(&entries).enter(at);
                Lent::Shared(entries)
            }
        };
        Lending { before: lent.replace(), at }
    }

    /// Its owner was polled, or dropped, until `at`.
    #[inline]
    pub fn take_back(&mut self, lending: Lending, at: Instant) {
        match lending.before.replace() {
            Lent::Open(_) | Lent::Nobody => {}
            Lent::Own(mut entries) => {
                entries.leave(at);
                self.held = Held::Own(entries);
            }
            Lent::Shared(entries) => {
                lock(&entries).leave(at);
                self.held = Held::Shared(entries);
            }
        }
        let poll = nanoseconds(at.saturating_duration_since(lending.at));
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

    /// The bill of the work so far, which has taken so long and goes on.
    #[inline]
    pub fn so_far(&mut self, elapsed: Duration) -> Bill {
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

    /// The bill of the work, which has ended so long after it began; what it was [carried](carry()) to is not entered
    /// any more.
    #[inline]
    pub fn close(&mut self, elapsed: Duration) -> Bill {
        let mut bill = self.so_far(elapsed);
        if let Some(repeated) = self.held.with(|entries| {
            entries.is_closed = true;
            entries.repeats.take()
        }) {
            bill.repeated = repeated;
        }
        bill
    }
}

impl Held {
    fn with<T>(&mut self, look: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        match self {
            Self::Nothing => None,
            Self::Own(entries) => Some(look(entries)),
            Self::Shared(entries) => Some(look(&mut lock(entries))),
        }
    }
}

fn lock(entries: &Mutex<Entries>) -> std::sync::MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
