//! The texts that a program sends again and again.

mod candidates;
mod known;
mod readings;
mod recent;

use std::{
    fmt,
    hash::{BuildHasher, Hash, Hasher as _},
    ops::Deref,
    sync::Arc,
};

use candidates::Candidates;
use foldhash::quality::RandomState;
use known::Known;
use readings::Readings;
use recent::Recent;

/// From a text, such as a statement's, to what was read of it.
///
/// What is read again and again, be it of texts that differ in a number alone, is kept for good and once, as long as
/// there is a place: of 2,048 readings of texts of at most 8 KiB each and 1 MiB in all. The texts that lead to it are
/// known by a hash, and those that are not sent any more make room for others: there are 16,384 of them. Neither a
/// known text takes a lock, nor does it allocate; one that is sent once makes no other be forgotten that is sent
/// always. Where there is no place, 2,048 texts are recent. A text that is neither is read.
///
/// A text of its own is taken for another in one of a million million look-ups of texts that are new.
///
/// ```
/// let lengths = kymo_core::Texts::new();
/// let found = lengths.find("SELECT 1", |text| text.len());
/// assert_eq!(*found, 8);
/// ```
pub struct Texts<T> {
    hasher: RandomState,
    known: Known,
    readings: Readings<T>,
    candidates: Candidates,
    recent: Recent<T>,
}

/// What was read of a text: lent, so that a text that is sent again and again is not copied.
#[derive(Debug)]
pub enum Recalled<'t, T> {
    /// That is kept for good.
    Regular(&'t T),
    /// Any other, which may be forgotten while this is held.
    Other(Arc<T>),
}

impl<T: Eq + Hash> Texts<T> {
    /// Nothing is remembered yet.
    pub fn new() -> Self {
        Self {
            hasher: RandomState::default(),
            known: Known::new(),
            readings: Readings::new(),
            candidates: Candidates::new(),
            recent: Recent::new(),
        }
    }

    /// What was read of `text`, or is read by `read` if nobody remembers it.
    #[inline]
    pub fn find(&self, text: &str, read: impl FnOnce(&str) -> T) -> Recalled<'_, T> {
        let hash = self.hash(text);
        match self.known.find(hash).and_then(|position| self.readings.at(position)) {
            Some(reading) => Recalled::Regular(reading),
            None => self.look_up(text, hash, read),
        }
    }

    /// As that of a `str`, without the end that tells it from what follows.
    #[inline]
    fn hash(&self, text: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    #[inline(never)]
    fn look_up(&self, text: &str, hash: u64, read: impl FnOnce(&str) -> T) -> Recalled<'_, T> {
        if text.len() > MAX_TEXT {
            return Recalled::Other(Arc::new(read(text)));
        }
        let remembered = self.recent.find(hash, text);
        let is_new = remembered.is_none();
        let reading = remembered.unwrap_or_else(|| Arc::new(read(text)));
        if let Some(position) = self.place(&reading, text.len())
            && let Some(kept) = self.readings.at(position)
        {
            self.known.put(hash, position);
            return Recalled::Regular(kept);
        }
        if is_new {
            self.recent.put(hash, text, Arc::clone(&reading));
        }
        Recalled::Other(reading)
    }

    /// The place of a reading, which one that comes again and again is given now.
    fn place(&self, reading: &Arc<T>, bytes: usize) -> Option<u16> {
        let place = self.readings.position(reading);
        place.or_else(|| {
            let is_regular = self.candidates.see(self.hasher.hash_one(reading));
            is_regular.then(|| self.readings.admit(reading, bytes)).flatten()
        })
    }
}

impl<T: Eq + Hash> Default for Texts<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Recalled<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Regular(read) => read,
            Self::Other(read) => read,
        }
    }
}

impl<T> fmt::Debug for Texts<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("readings", &self.readings.len()).finish_non_exhaustive()
    }
}

/// How many bytes a text may have that is remembered: longer ones are read for the occasion.
const MAX_TEXT: usize = 8 * 1024;

#[cfg(test)]
mod tests;
