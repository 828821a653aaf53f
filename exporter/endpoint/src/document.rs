//! A rendered document that many read.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;

/// A document is withdrawn from readers who have not read all of it by then; as long as a whole exchange may
/// take on a listener.
pub(crate) const LIFE: Duration = Duration::from_secs(30);
/// Where another is wanted and there is no room for it, readers of whom none reads on lose theirs after
/// this time, and all others after the second one.
const STALLED: Duration = Duration::from_secs(1);
const OUTSTAYED: Duration = Duration::from_secs(5);

/// A rendered document that many read, until it is withdrawn.
#[derive(Debug)]
pub(crate) struct Document {
    len: usize,
    /// When it was there.
    born: Instant,
    /// When somebody read on, in milliseconds of its life.
    read: AtomicU64,
    /// In pieces of their own, so that who has one in hand keeps nothing else of it.
    parts: Mutex<Arc<[Bytes]>>,
}

impl Document {
    pub(crate) fn new(parts: Vec<Bytes>) -> Self {
        Self {
            len: parts.iter().map(Bytes::len).sum(),
            born: Instant::now(),
            read: AtomicU64::new(0),
            parts: Mutex::new(parts.into()),
        }
    }

    /// Its length in bytes, also when it was withdrawn.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// When it was there.
    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    /// Its part number `index`, unless it was withdrawn or has no such part.
    pub(crate) fn part(&self, index: usize) -> Option<Bytes> {
        let part = self.parts.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned();
        let millis = self.born.elapsed().as_millis();
        self.read.store(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Relaxed);
        part
    }

    /// When somebody last read on.
    pub(crate) fn last_read(&self) -> Instant {
        self.born + Duration::from_millis(self.read.load(Ordering::Relaxed))
    }

    /// When it may be withdrawn for another one.
    pub(crate) fn yields_at(&self) -> Instant {
        (self.last_read() + STALLED).min(self.born + OUTSTAYED)
    }

    /// Takes it away from all who read it, and gives what they have yet to read.
    pub(crate) fn withdraw(&self) -> Arc<[Bytes]> {
        std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
