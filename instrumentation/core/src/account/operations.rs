//! The operations of one instrumentation, as accounts count them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry::metrics::{BoundCounter, Meter};

use super::{OperationKind, Part, lent::Lent, repeats::Summary};
use crate::{Bounded, key, metrics};

/// Enters the operations of one instrumentation into the account that the thread is lent, and counts
/// those outside of any.
///
/// Whatever an instrumentation counts as one operation in its own metric, it enters once, where it records it: so
/// all accounts and what is outside add up to that metric.
#[derive(Debug)]
pub struct Operations {
    kind: OperationKind,
    /// Tells the summaries of several apart.
    source: u16,
    outside: BoundCounter<u64>,
}

impl Operations {
    /// Those of `kind`, counted with an instrument of `meter` where they are outside.
    pub fn new(meter: &Meter, kind: OperationKind) -> Self {
        static SOURCES: AtomicU16 = AtomicU16::new(0);
        let outside = metrics::OUTSIDE.counter(meter).bind(&[key::OPERATION_KIND.of(kind.name())]);
        outside.add(0);
        Self { kind, source: SOURCES.fetch_add(1, Ordering::Relaxed), outside }
    }

    /// One has ended.
    #[inline]
    pub fn enter(&self) {
        self.enter_many(1);
    }

    /// So many have ended, as all that one command looks up.
    #[inline]
    pub fn enter_many(&self, operations: u64) {
        if Lent::with(Instant::now, |entries| entries.count(self.kind, operations)).is_none() {
            self.outside.add(operations);
        }
    }

    /// One has ended that has a summary, whose `text` is asked for when it is repeated.
    #[inline]
    pub fn enter_query(&self, summary: Bounded, text: impl FnOnce() -> Arc<str>) {
        let entered = Lent::with(Instant::now, |entries| {
            entries.count(self.kind, 1);
            entries.see(Summary { source: self.source, value: summary }, text);
        });
        if entered.is_none() {
            self.outside.add(1);
        }
    }

    /// One has ended whose beginning nobody saw, and which took `elapsed`: time of this part, as far as nothing
    /// else was under way. It is still to be [entered](Self::enter).
    pub fn add_past(&self, part: Part, elapsed: Duration) {
        let now = Instant::now();
        let began = || now.checked_sub(elapsed).unwrap_or(now);
        Lent::with(began, |entries| entries.add_past(part as usize, now, elapsed));
    }
}
