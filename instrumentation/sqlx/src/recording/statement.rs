//! What is known of the statements a program sends.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicU16, AtomicUsize, Ordering},
};

use kymo_core::{Table, ValueBudget};
use kymo_sql::{Dialect, TransactionStatement};

use crate::{
    database::system::System,
    recording::{
        late_value::{LateValue, Value},
        without::Without,
    },
};

/// What is known of a statement from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What it does; `None` when that is not known.
    pub(crate) summary: Option<Value>,
    /// The one table that it changes, if it is one statement and reads no other table.
    pub(crate) change: Option<Change>,
    /// Whether rows are asked for: by a query, or by `RETURNING`.
    pub(crate) returns_rows: bool,
    /// What it does to the transaction.
    pub(crate) transaction: TransactionStatement,
    /// It does several things to it, and may have done some of them if it fails.
    pub(crate) may_end_halfway: bool,
}

/// Whose rows a statement changes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub(crate) operation: &'static str,
    /// As the statement writes it.
    pub(crate) table: Value,
}

/// From a statement's text to what is known of it, read once for each text that is remembered.
///
/// A statement that was seen at the same address costs one comparison of its text; seen elsewhere,
/// one more look-up by its text. Neither takes a lock nor allocates. What is remembered is bounded,
/// in number and in bytes, and kept for ever; any other text is read each time.
#[derive(Debug)]
pub(crate) struct Statements {
    dialect: Dialect,
    summaries: Arc<ValueBudget>,
    tables: Arc<ValueBudget>,
    /// The position, plus one, of the statement that was last seen at an address like this.
    ///
    /// Only a guess: the memory of a text may be another's the next time.
    guesses: Box<[AtomicU16]>,
    positions: Table<Arc<str>, u16>,
    remembered: Box<[OnceLock<Box<Remembered>>]>,
    bytes: AtomicUsize,
    admission: Mutex<()>,
}

#[derive(Debug)]
struct Remembered {
    text: Arc<str>,
    read: Read,
}

/// What a text says.
#[derive(Debug)]
struct Read {
    summary: Option<LateValue>,
    change: Option<(&'static str, LateValue)>,
    returns_rows: bool,
    transaction: TransactionStatement,
    may_end_halfway: bool,
}

impl Statements {
    /// Nothing is remembered yet. Budgets may be shared.
    pub(crate) fn new(
        system: System,
        summaries: Arc<ValueBudget>,
        tables: Arc<ValueBudget>,
    ) -> Self {
        Self {
            dialect: system.dialect(),
            summaries,
            tables,
            guesses: (0..GUESSES).map(|_| AtomicU16::new(0)).collect(),
            positions: Table::for_entries(MAX_STATEMENTS),
            remembered: (0..MAX_STATEMENTS).map(|_| OnceLock::new()).collect(),
            bytes: AtomicUsize::new(0),
            admission: Mutex::new(()),
        }
    }

    /// What is known of `sql`, but for what is not wanted.
    pub(crate) fn find(&self, sql: &str, without: Without) -> Statement {
        let guess = &self.guesses[guess_of(sql)];
        match self.at(guess.load(Ordering::Relaxed)) {
            Some(found) if *found.text == *sql => self.statement(&found.read, without),
            _ => self.look_up(sql, guess, without),
        }
    }

    fn look_up(&self, sql: &str, guess: &AtomicU16, without: Without) -> Statement {
        if sql.len() > MAX_TEXT {
            return self.statement(&self.read(sql), without);
        }
        if let Some(position) = self.position(sql)
            && let Some(found) = self.at(position)
        {
            guess.store(position, Ordering::Relaxed);
            return self.statement(&found.read, without);
        }
        let read = self.read(sql);
        let statement = self.statement(&read, without);
        self.remember(sql, read);
        statement
    }

    fn statement(&self, read: &Read, without: Without) -> Statement {
        let summary = read.summary.as_ref().filter(|_| !without.summaries);
        let change = read.change.as_ref().filter(|_| !without.rows_changed);
        Statement {
            summary: summary.map(|summary| summary.value(&self.summaries)),
            change: change
                .map(|(operation, table)| Change { operation, table: table.value(&self.tables) }),
            returns_rows: read.returns_rows,
            transaction: read.transaction,
            may_end_halfway: read.may_end_halfway,
        }
    }

    fn position(&self, sql: &str) -> Option<u16> {
        self.positions.get(sql, |text| **text == *sql).copied()
    }

    fn at(&self, position: u16) -> Option<&Remembered> {
        let index = usize::from(position).checked_sub(1)?;
        self.remembered.get(index)?.get().map(Box::as_ref)
    }

    fn has_room(&self, sql: &str) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed) + sql.len();
        self.positions.len() < MAX_STATEMENTS && bytes <= MAX_BYTES
    }

    fn remember(&self, sql: &str, read: Read) {
        // Asked first, so that strangers at a full house do not queue.
        if !self.has_room(sql) {
            return;
        }
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have put it in, or taken the last room, while this one waited.
        if self.position(sql).is_some() || !self.has_room(sql) {
            return;
        }
        let index = self.positions.len();
        let Some(place) = self.remembered.get(index) else { return };
        let Ok(position) = u16::try_from(index + 1) else { return };
        let text: Arc<str> = Arc::from(sql);
        // The statement is there before anybody can be given its position.
        let remembered = Box::new(Remembered { text: Arc::clone(&text), read });
        if place.set(remembered).is_ok() && self.positions.insert(text, position).is_ok() {
            self.bytes.fetch_add(sql.len(), Ordering::Relaxed);
        }
    }

    fn read(&self, sql: &str) -> Read {
        let read = kymo_sql::Statement::read(self.dialect, sql);
        let summary = Some(read.summary.as_str()).filter(|summary| !summary.is_empty());
        Read {
            summary: summary.map(LateValue::new),
            change: read.changed().map(|it| (it.operation, LateValue::new(it.table))),
            returns_rows: read.returns_rows,
            transaction: read.transaction,
            may_end_halfway: read.may_end_halfway,
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
/// Of one text: longer ones are made for the occasion.
const MAX_TEXT: usize = 8 * 1024;
const GUESSES: usize = 4096;

#[cfg(test)]
mod tests;
