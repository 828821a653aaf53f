//! The bill of a unit of work.

use std::{sync::Arc, time::Duration};

use super::{
    OperationKind, Part,
    entries::{Entries, OPERATIONS},
};

/// The bill of work without operations: nearly all of what is asked again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct QuickBill {
    pub(super) handler: u64,
    pub(super) waiting: u64,
    pub(super) body: u64,
    pub(super) longest_poll: u64,
    pub(super) blocked: u32,
}

impl QuickBill {
    /// See [`Bill::without_crumbs`].
    #[inline]
    pub(super) fn without_crumbs(&mut self) {
        [self.handler, self.waiting, self.body] = swept(self.handler, self.waiting, self.body);
    }
}

/// Nanoseconds that are not worth a series: most requests are not waited for, and have their body at once.
const CRUMB: u64 = 10_000;

/// The times of a handler, of waiting and of a body, where crumbs of these count with the handler's.
#[inline]
fn swept(handler: u64, waiting: u64, body: u64) -> [u64; 3] {
    let crumb = |time: u64| if handler >= CRUMB && time < CRUMB { time } else { 0 };
    let (of_waiting, of_body) = (crumb(waiting), crumb(body));
    [handler + of_waiting + of_body, waiting - of_waiting, body - of_body]
}

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

    /// The same bill, in which the crumbs of what operations do not take count with the handler's time.
    pub(super) fn without_crumbs(&mut self) {
        let parts = [Part::Handler, Part::Waiting, Part::Body];
        let [handler, waiting, body] = parts.map(|part| self.parts[part as usize]);
        let swept = swept(handler, waiting, body);
        for (part, time) in parts.into_iter().zip(swept) {
            self.parts[part as usize] = time;
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
