//! The entries of an account: its operations, and the time during which they were under way.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    OperationKind, Part,
    lent::Opening,
    repeats::{Repeats, Summary},
    serial::Serial,
};

/// The parts that operations take, which come before all others.
pub(super) const OPERATIONS: usize = Part::CacheLoad as usize + 1;

/// The operations of an account that had any.
///
/// Of operations that are under way at a time, the part that comes first counts, and no moment counts twice.
#[derive(Debug)]
pub(crate) struct Entries {
    serial: Serial,
    /// Nanoseconds by part.
    spent: [u64; OPERATIONS],
    /// All of them.
    total: u64,
    /// Those of them in which its owner was polled.
    polled: u64,
    under_way: [u32; OPERATIONS],
    /// A bit for each part that is under way.
    current: u8,
    /// Since when the first of them counts, or if there is none, until when the last one did.
    since: Instant,
    /// Whether one operation is all that was under way since then.
    is_one: bool,
    /// Since when its owner is polled, if it is.
    poll: Option<Instant>,
    counts: [u32; OperationKind::ALL.len()],
    pub(super) repeats: Repeats,
    /// Of those that it was carried to.
    pub(super) longest_poll: u64,
    /// Its owner has ended.
    pub(super) is_closed: bool,
}

impl Entries {
    /// Those of an account whose first entry is of the moment `at`.
    pub(super) fn new(at: Instant, Opening { limit, poll }: Opening) -> Self {
        Self {
            serial: Serial::next(),
            spent: [0; OPERATIONS],
            total: 0,
            polled: 0,
            under_way: [0; OPERATIONS],
            current: 0,
            since: poll.map_or(at, |poll| poll.min(at)),
            is_one: false,
            poll,
            counts: [0; OperationKind::ALL.len()],
            repeats: Repeats::new(limit),
            longest_poll: 0,
            is_closed: false,
        }
    }

    pub(super) fn serial(&self) -> Serial {
        self.serial
    }

    /// The owner is polled from now on; `None` if that is not timed.
    #[inline]
    pub(super) fn enter(&mut self, poll: Option<Instant>) {
        self.poll = poll;
    }

    /// The owner was polled.
    #[inline]
    pub(super) fn leave(&mut self, at: Instant) {
        if let Some(poll) = self.poll.take()
            && self.current != 0
        {
            self.polled += nanoseconds(since(at, self.since.max(poll)));
        }
    }

    /// An operation is under way, whose time is of this part.
    #[inline]
    pub(super) fn begin(&mut self, part: usize, at: Instant) {
        if part >= OPERATIONS {
            return;
        }
        if self.current == 0 {
            // What began before another ended counts from that end on.
            self.is_one = at >= self.since;
            if self.is_one {
                self.since = at;
            }
        } else {
            self.is_one = false;
            if part < self.first() {
                self.settle(at);
            }
        }
        self.under_way[part] = self.under_way[part].saturating_add(1);
        self.current |= 1 << part;
    }

    /// An operation of this part has ended, after `elapsed`.
    #[inline]
    pub(super) fn end(&mut self, part: usize, at: Instant, elapsed: Duration) {
        if !self.is_one {
            return self.end_among_others(part, at);
        }
        if part < OPERATIONS && self.under_way[part] > 0 {
            self.add(part, nanoseconds(elapsed), at);
            self.since = self.since.max(at);
            self.under_way[part] = 0;
            self.current = 0;
        }
    }

    #[inline(never)]
    fn end_among_others(&mut self, part: usize, at: Instant) {
        let left = self.under_way.get(part).and_then(|under_way| under_way.checked_sub(1));
        let Some(left) = left else { return };
        if left == 0 && part == self.first() {
            self.settle(at);
        }
        self.under_way[part] = left;
        if left == 0 {
            self.current &= !(1 << part);
        }
    }

    /// An operation of this part, which was under way before, goes on.
    pub(super) fn go_on(&mut self, part: usize, at: Instant) {
        self.begin(part, at);
        // The time that it took is not that of now until its end.
        self.is_one = false;
    }

    /// An operation of this part, which began as one of `begun`, has waited for a connection until `at`.
    ///
    /// If nobody said so before, it is known of one that was under way by itself.
    #[inline]
    pub(super) fn waited(&mut self, begun: usize, part: usize, at: Instant) {
        const WAIT: usize = Part::PoolWait as usize;
        if begun == WAIT && self.is_one && part != WAIT && part < OPERATIONS && at >= self.since {
            // It goes on as what it waited for, and is still all that is under way.
            self.add(WAIT, nanoseconds(since(at, self.since)), at);
            self.since = at;
            self.under_way[WAIT] = 0;
            self.under_way[part] = 1;
            self.current = 1 << part;
        } else if begun == WAIT && part != WAIT {
            self.end(begun, at, since(at, self.since));
            self.begin(part, at);
        } else if self.is_one && self.current != 0 {
            self.add(WAIT, nanoseconds(since(at, self.since)), at);
            self.since = self.since.max(at);
        }
    }

    /// What counts now has counted until `at`.
    #[inline(never)]
    pub(super) fn settle(&mut self, at: Instant) {
        if self.current != 0 {
            let spent = nanoseconds(since(at, self.since));
            self.add(self.first(), spent, at);
            self.since = self.since.max(at);
            self.is_one = false;
        }
    }

    /// So many nanoseconds until `at` were of this part.
    #[inline]
    fn add(&mut self, part: usize, spent: u64, at: Instant) {
        self.spent[part] += spent;
        self.total += spent;
        match self.poll {
            Some(poll) if self.since >= poll => self.polled += spent,
            Some(poll) => self.polled += within(poll, at),
            None => {}
        }
    }

    /// The part that comes first of those that are under way.
    fn first(&self) -> usize {
        (self.current.trailing_zeros() as usize).min(OPERATIONS - 1)
    }

    /// An operation took `elapsed` and has just ended, which nobody had said that it began.
    pub(super) fn add_past(&mut self, part: usize, at: Instant, elapsed: Duration) {
        let is_first = self.current == 0 || part < self.first();
        if part >= OPERATIONS || !is_first {
            // What is under way counts already.
            return;
        }
        let began = at.checked_sub(elapsed).map_or(self.since, |began| began.max(self.since));
        self.settle(began);
        self.since = began;
        self.add(part, nanoseconds(since(at, began)), at);
        self.since = at;
    }

    #[inline]
    pub(super) fn count(&mut self, kind: OperationKind, operations: u64) {
        let count = &mut self.counts[kind as usize];
        *count = count.saturating_add(u32::try_from(operations).unwrap_or(u32::MAX));
    }

    #[inline]
    pub(super) fn see(&mut self, summary: Summary, text: impl FnOnce() -> Arc<str>) {
        self.repeats.see(summary, text);
    }

    pub(super) fn spent(&self) -> &[u64; OPERATIONS] {
        &self.spent
    }

    pub(super) fn counts(&self) -> &[u32; OperationKind::ALL.len()] {
        &self.counts
    }

    /// The nanoseconds of all parts, and those of them in which the owner was polled.
    pub(super) fn total(&self) -> (u64, u64) {
        (self.total, self.polled)
    }
}

/// The nanoseconds from the beginning of a `poll` until `at`.
#[inline(never)]
fn within(poll: Instant, at: Instant) -> u64 {
    nanoseconds(since(at, poll))
}

#[inline]
fn since(at: Instant, earlier: Instant) -> Duration {
    at.saturating_duration_since(earlier)
}

/// Of less than 500 years.
#[inline]
pub(super) fn nanoseconds(time: Duration) -> u64 {
    time.as_secs().wrapping_mul(1_000_000_000).wrapping_add(time.subsec_nanos().into())
}
