//! The texts that a program sends again and again.

mod recent;

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
};

use recent::Recent;

use crate::Table;

/// From a text, such as a statement's, to what was read of it.
///
/// A text that the program sends again and again has a place for good, as long as there is one. At the same
/// address it costs one comparison of its text; elsewhere, one more look-up by its text. Neither takes
/// a lock nor allocates. Any other text is among the recent ones, which forget what is not used,
/// so that one that is sent once takes no place of what is sent always. Both are bounded, in number
/// and in bytes: 2,048 texts of at most 8 KiB and 1 MiB in all for good, and as many recent ones. A text
/// that is in neither is read.
///
/// ```
/// let lengths = kymo_core::Texts::new();
/// let found = lengths.find("SELECT 1", |text| text.len());
/// assert_eq!(*found, 8);
/// ```
pub struct Texts<T> {
    /// The position, plus one, of the text that was last seen at an address like this.
    ///
    /// Only a guess: the memory of a text may be another's the next time.
    guesses: Box<[AtomicU16]>,
    positions: Table<Arc<str>, u16>,
    regulars: Box<[OnceLock<Box<Regular<T>>>]>,
    bytes: AtomicUsize,
    admission: Mutex<()>,
    recent: Recent<T>,
}

/// What was read of a text: lent, so that a text that is sent again and again is not copied.
#[derive(Debug)]
pub enum Recalled<'t, T> {
    /// Of a text that has a place for good.
    Regular(&'t T),
    /// Of any other, which may be forgotten while this is held.
    Other(Arc<T>),
}

struct Regular<T> {
    text: Arc<str>,
    read: Arc<T>,
}

impl<T> Texts<T> {
    /// Nothing is remembered yet.
    pub fn new() -> Self {
        Self {
            guesses: (0..GUESSES).map(|_| AtomicU16::new(0)).collect(),
            positions: Table::for_entries(MAX_TEXTS),
            regulars: (0..MAX_TEXTS).map(|_| OnceLock::new()).collect(),
            bytes: AtomicUsize::new(0),
            admission: Mutex::new(()),
            recent: Recent::new(),
        }
    }

    /// What was read of `text`, or is read by `read` if nobody remembers it.
    pub fn find(&self, text: &str, read: impl FnOnce(&str) -> T) -> Recalled<'_, T> {
        let guess = &self.guesses[guess_of(text)];
        match self.at(guess.load(Ordering::Relaxed)) {
            Some(found) if *found.text == *text => Recalled::Regular(&found.read),
            _ => self.look_up(text, guess, read),
        }
    }

    fn look_up(
        &self,
        text: &str,
        guess: &AtomicU16,
        read: impl FnOnce(&str) -> T,
    ) -> Recalled<'_, T> {
        if text.len() > MAX_TEXT {
            return Recalled::Other(Arc::new(read(text)));
        }
        if let Some(position) = self.position(text)
            && let Some(found) = self.at(position)
        {
            guess.store(position, Ordering::Relaxed);
            return Recalled::Regular(&found.read);
        }
        if let Some((remembered, is_regular)) = self.recent.find(text) {
            if is_regular {
                self.admit(text);
            }
            return Recalled::Other(remembered);
        }
        let new = Arc::new(read(text));
        self.recent.put(text, Arc::clone(&new));
        Recalled::Other(new)
    }

    fn position(&self, text: &str) -> Option<u16> {
        self.positions.get(text, |known| **known == *text).copied()
    }

    fn at(&self, position: u16) -> Option<&Regular<T>> {
        let index = usize::from(position).checked_sub(1)?;
        self.regulars.get(index)?.get().map(Box::as_ref)
    }

    fn has_room(&self, text: &str) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed) + text.len();
        self.positions.len() < MAX_TEXTS && bytes <= MAX_BYTES
    }

    /// Gives a text that is among the recent ones a place for good, if there is one.
    fn admit(&self, text: &str) {
        // Asked first, so that nobody queues at a full house.
        if !self.has_room(text) {
            return;
        }
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have put it in, or taken the last room, while this one waited.
        if self.position(text).is_some() || !self.has_room(text) {
            return;
        }
        let index = self.positions.len();
        let Some(place) = self.regulars.get(index) else { return };
        let Ok(position) = u16::try_from(index + 1) else { return };
        let Some(read) = self.recent.take(text) else { return };
        let text: Arc<str> = Arc::from(text);
        // It is there before anybody can be given its position.
        let regular = Box::new(Regular { text: Arc::clone(&text), read });
        let bytes = text.len();
        if place.set(regular).is_ok() && self.positions.insert(text, position).is_ok() {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

impl<T> Default for Texts<T> {
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
        f.debug_struct("Texts").field("regular", &self.positions.len()).finish_non_exhaustive()
    }
}

/// Where the guess for a text at this address is.
fn guess_of(text: &str) -> usize {
    let address = text.as_ptr().addr() as u64 ^ (text.len() as u64).rotate_left(32);
    (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % GUESSES
}

const MAX_TEXTS: usize = 2048;
/// How many bytes a text may have that is remembered: longer ones are made for the occasion.
const MAX_TEXT: usize = 8 * 1024;
/// Of all texts together.
const MAX_BYTES: usize = 1024 * 1024;
const GUESSES: usize = 4096;

#[cfg(test)]
mod tests;
