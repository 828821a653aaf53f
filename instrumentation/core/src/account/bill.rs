//! The bill of a unit of work.

use std::{sync::Arc, time::Duration};

use super::{
    OperationKind, Part,
    entries::{Entries, OPERATIONS},
};

/// Nanoseconds that are not worth a series.
const CRUMB: u64 = 1000;

/// What a request, or another unit of work, asked for, and where its time went: its parts add up to the time that it
/// took, to the nanosecond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// Nanoseconds by part.
    pub(super) parts: [u64; Part::ALL.len()],
    pub(super) operations: [u32; OperationKind::ALL.len()],
    pub(super) longest_poll: u64,
    pub(super) blocked: u32,
    pub(super) repeated: Vec<Arc<str>>,
    /// What it is made of.
    elapsed: u64,
    polled: u64,
    head: Option<(u64, (u64, u64))>,
}

impl Bill {
    /// That of work without operations, which was polled for so long until its response had its head.
    #[inline]
    pub(super) fn of(elapsed: u64, polled: u64, head: Option<(u64, (u64, u64))>) -> Self {
        let mut bill = Self { elapsed, polled, head, ..Self::default() };
        bill.add_up((0, 0));
        bill
    }

    /// These entries are charged, too.
    pub(super) fn charge(&mut self, entries: &Entries) {
        self.parts[..OPERATIONS].copy_from_slice(entries.spent());
        self.operations = *entries.counts();
        self.longest_poll = self.longest_poll.max(entries.longest_poll);
        self.add_up(entries.total());
        self.trim();
    }

    /// Operations that are told of afterwards take no more than there was, whoever tells more.
    fn trim(&mut self) {
        let mut excess = self.parts.iter().sum::<u64>().saturating_sub(self.elapsed);
        for part in &mut self.parts[..OPERATIONS] {
            let cut = excess.min(*part);
            *part -= cut;
            excess -= cut;
        }
    }

    /// What operations did not take, of which there were so many nanoseconds, and so many within polls.
    #[inline]
    fn add_up(&mut self, operations: (u64, u64)) {
        let until_head = self.head.map_or((self.elapsed, operations), |head| head);
        let (head, (before, within)) = (until_head.0.min(self.elapsed), until_head.1);
        let handler = self.polled.saturating_sub(within).min(head.saturating_sub(before));
        let body = (self.elapsed - head).saturating_sub(operations.0.saturating_sub(before));
        let waiting = head.saturating_sub(before).saturating_sub(handler);
        self.parts[Part::Handler as usize] = handler;
        self.parts[Part::Waiting as usize] = waiting;
        self.parts[Part::Body as usize] = body;
    }

    /// The same bill, in which the crumbs of parts that operations do not take count with the largest of these.
    ///
    /// Each costs a counter as much as a second does, and most requests are not waited for and have their body at
    /// once.
    #[inline]
    pub(super) fn without_crumbs(&mut self) {
        let [handler, waiting, body] =
            [Part::Handler, Part::Waiting, Part::Body].map(|part| self.parts[part as usize]);
        if handler >= CRUMB {
            let of = |part: u64| if part < CRUMB { part } else { 0 };
            let crumbs = of(waiting) + of(body);
            self.parts[Part::Handler as usize] += crumbs;
            self.parts[Part::Waiting as usize] -= of(waiting);
            self.parts[Part::Body as usize] -= of(body);
        }
    }

    /// The time that was of this part.
    pub fn time(&self, part: Part) -> Duration {
        Duration::from_nanos(self.parts[part as usize])
    }

    /// How many operations of this kind ended.
    pub fn operations(&self, kind: OperationKind) -> u32 {
        self.operations[kind as usize]
    }

    /// The longest that a thread was kept by one poll.
    pub fn longest_poll(&self) -> Duration {
        Duration::from_nanos(self.longest_poll)
    }

    /// How many polls took longer than they may.
    pub fn blocked(&self) -> u32 {
        self.blocked
    }

    /// The summaries of queries that came as often as makes them repeated.
    pub fn repeated(&self) -> &[Arc<str>] {
        &self.repeated
    }
}
