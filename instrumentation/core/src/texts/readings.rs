//! Readings that are kept for good.

use std::{
    fmt,
    hash::Hash,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::Table;

/// Keeps each reading once, whichever texts it is of, for as long as there is a place.
pub(super) struct Readings<T> {
    /// From a reading to its position, which is not 0.
    positions: Table<Arc<T>, u16>,
    places: Box<[OnceLock<Arc<T>>]>,
    bytes: AtomicUsize,
    admission: Mutex<()>,
}

pub(super) const MAX_READINGS: usize = 2048;
/// Of the texts that they were read of, one for each: a reading has no more than its text.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

impl<T: Eq + Hash> Readings<T> {
    pub(super) fn new() -> Self {
        Self {
            positions: Table::for_entries(MAX_READINGS),
            places: (0..MAX_READINGS).map(|_| OnceLock::new()).collect(),
            bytes: AtomicUsize::new(0),
            admission: Mutex::new(()),
        }
    }

    /// The position of a reading that is like this one.
    pub(super) fn position(&self, reading: &T) -> Option<u16> {
        self.positions.get(reading, |known| **known == *reading).copied()
    }

    /// The position of a reading, which is given a place if there is one; it is of a text of so many `bytes`.
    pub(super) fn admit(&self, reading: &Arc<T>, bytes: usize) -> Option<u16> {
        // Asked first, so that nobody queues at a full house.
        if !self.has_room(bytes) {
            return None;
        }
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have put it in, or taken the last room, while this one waited.
        if let Some(position) = self.position(reading) {
            return Some(position);
        }
        let index = self.positions.len();
        let place = self.places.get(index).filter(|_| self.has_room(bytes))?;
        let position = u16::try_from(index + 1).ok()?;
        // It is there before anybody can be given its position.
        place.set(Arc::clone(reading)).ok()?;
        self.positions.insert(Arc::clone(reading), position).ok()?;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Some(position)
    }

    fn has_room(&self, more: usize) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed) + more;
        self.positions.len() < MAX_READINGS && bytes <= MAX_BYTES
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl<T> Readings<T> {
    /// The reading at a position.
    #[inline]
    pub(super) fn at(&self, position: u16) -> Option<&T> {
        let index = usize::from(position).checked_sub(1)?;
        self.places.get(index)?.get().map(Arc::as_ref)
    }

    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }
}

impl<T> fmt::Debug for Readings<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readings").field("len", &self.len()).finish_non_exhaustive()
    }
}
