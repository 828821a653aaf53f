//! A rendered document that many read.

use std::{
    iter,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::encoding::Encoding;

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
    /// The lengths in bytes of the forms that it has, in the order of [`Encoding`].
    lens: [Option<usize>; 3],
    /// When it was there.
    born: Instant,
    /// When somebody read on, in milliseconds of its life.
    read: AtomicU64,
    /// In pieces of their own, so that who has one in hand keeps nothing else of it.
    parts: Mutex<Forms>,
}

/// The parts of a document in each encoding; empty where there is none.
pub(crate) type Forms = [Arc<[Bytes]>; 3];

impl Document {
    /// The document of `parts`, and the same in other encodings.
    pub(crate) fn new(
        parts: Vec<Bytes>,
        others: impl IntoIterator<Item = (Encoding, Vec<Bytes>)>,
    ) -> Self {
        let (mut lens, mut forms) = ([None; 3], Forms::default());
        for (encoding, parts) in iter::once((Encoding::Identity, parts)).chain(others) {
            lens[encoding as usize] = Some(parts.iter().map(Bytes::len).sum());
            forms[encoding as usize] = parts.into();
        }
        let (born, read) = (Instant::now(), AtomicU64::new(0));
        Self { lens, born, read, parts: Mutex::new(forms) }
    }

    /// The encoding in which whoever wants this one reads it: that of its source if there is no other.
    pub(crate) fn encoding(&self, wanted: Encoding) -> Encoding {
        self.lens[wanted as usize].map_or(Encoding::Identity, |_| wanted)
    }

    /// Its length in bytes in an encoding that it has, also when it was withdrawn.
    pub(crate) fn len(&self, encoding: Encoding) -> usize {
        self.lens[encoding as usize].unwrap_or(0)
    }

    /// The bytes that it takes in all encodings.
    pub(crate) fn size(&self) -> usize {
        self.lens.iter().flatten().sum()
    }

    /// When it was there.
    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    /// Its part number `index` in an encoding, unless it was withdrawn or has no such part.
    pub(crate) fn part(&self, encoding: Encoding, index: usize) -> Option<Bytes> {
        let forms = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let part = forms[encoding as usize].get(index).cloned();
        drop(forms);
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
    pub(crate) fn withdraw(&self) -> Forms {
        std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
