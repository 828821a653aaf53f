//! The statements that a program sends.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicU16, AtomicUsize, Ordering},
};

use kymo_core::Table;
use kymo_sql::Dialect;

use crate::{
    database::system::System,
    recording::{
        recent::Recent,
        remembered::{MAX_TEXT, Remembered},
        statement::{Statement, Text},
        without::Without,
    },
};

/// From a statement's text to what is known of it.
///
/// A text that the program sends again and again has a place for good, as long as there is one. At the same
/// address it costs one comparison of its text; elsewhere, one more look-up by its text. Neither takes
/// a lock nor allocates. Any other text is among the [`Recent`] ones, which forget what is not used,
/// so that one that is sent once takes no place of what is sent always. Both are bounded, in number
/// and in bytes; a text that is in neither is read.
#[derive(Debug)]
pub(crate) struct Statements {
    dialect: Dialect,
    /// The position, plus one, of the statement that was last seen at an address like this.
    ///
    /// Only a guess: the memory of a text may be another's the next time.
    guesses: Box<[AtomicU16]>,
    positions: Table<Arc<str>, u16>,
    regulars: Box<[OnceLock<Box<Regular>>]>,
    bytes: AtomicUsize,
    admission: Mutex<()>,
    recent: Recent,
}

#[derive(Debug)]
struct Regular {
    text: Arc<str>,
    remembered: Arc<Remembered>,
}

impl Statements {
    /// Nothing is remembered yet.
    pub(crate) fn new(system: System) -> Self {
        Self {
            dialect: system.dialect(),
            guesses: (0..GUESSES).map(|_| AtomicU16::new(0)).collect(),
            positions: Table::for_entries(MAX_STATEMENTS),
            regulars: (0..MAX_STATEMENTS).map(|_| OnceLock::new()).collect(),
            bytes: AtomicUsize::new(0),
            admission: Mutex::new(()),
            recent: Recent::new(),
        }
    }

    /// The statement of `sql`, without what is not wanted.
    pub(crate) fn find(&self, sql: &str, without: Without) -> Statement<'_> {
        let guess = &self.guesses[guess_of(sql)];
        let text = match self.at(guess.load(Ordering::Relaxed)) {
            Some(found) if *found.text == *sql => Text::Regular(&found.remembered),
            _ => self.look_up(sql, guess),
        };
        Statement::new(text, without)
    }

    fn look_up(&self, sql: &str, guess: &AtomicU16) -> Text<'_> {
        if sql.len() > MAX_TEXT {
            return Text::Other(self.read(sql));
        }
        if let Some(position) = self.position(sql)
            && let Some(found) = self.at(position)
        {
            guess.store(position, Ordering::Relaxed);
            return Text::Regular(&found.remembered);
        }
        if let Some((remembered, is_regular)) = self.recent.find(sql) {
            if is_regular {
                self.admit(sql);
            }
            return Text::Other(remembered);
        }
        let remembered = self.read(sql);
        self.recent.put(sql, Arc::clone(&remembered));
        Text::Other(remembered)
    }

    fn read(&self, sql: &str) -> Arc<Remembered> {
        Arc::new(Remembered::of(sql, self.dialect))
    }

    fn position(&self, sql: &str) -> Option<u16> {
        self.positions.get(sql, |text| **text == *sql).copied()
    }

    fn at(&self, position: u16) -> Option<&Regular> {
        let index = usize::from(position).checked_sub(1)?;
        self.regulars.get(index)?.get().map(Box::as_ref)
    }

    fn has_room(&self, sql: &str) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed) + sql.len();
        self.positions.len() < MAX_STATEMENTS && bytes <= MAX_BYTES
    }

    /// Gives a text that is among the recent ones a place for good, if there is one.
    fn admit(&self, sql: &str) {
        // Asked first, so that nobody queues at a full house.
        if !self.has_room(sql) {
            return;
        }
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have put it in, or taken the last room, while this one waited.
        if self.position(sql).is_some() || !self.has_room(sql) {
            return;
        }
        let index = self.positions.len();
        let Some(place) = self.regulars.get(index) else { return };
        let Ok(position) = u16::try_from(index + 1) else { return };
        let Some(remembered) = self.recent.take(sql) else { return };
        let text: Arc<str> = Arc::from(sql);
        // The statement is there before anybody can be given its position.
        let regular = Box::new(Regular { text: Arc::clone(&text), remembered });
        if place.set(regular).is_ok() && self.positions.insert(text, position).is_ok() {
            self.bytes.fetch_add(sql.len(), Ordering::Relaxed);
        }
    }
}

/// Where the guess for a text at this address is.
fn guess_of(sql: &str) -> usize {
    let address = sql.as_ptr().addr() as u64 ^ (sql.len() as u64).rotate_left(32);
    (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % GUESSES
}

const MAX_STATEMENTS: usize = 2048;
/// Of all texts together.
const MAX_BYTES: usize = 1024 * 1024;
const GUESSES: usize = 4096;

#[cfg(test)]
mod tests;
