//! Rows that were changed and not yet committed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::statement::{Changed, TransactionStatement};

/// What the open transaction of a connection has changed so far.
///
/// A transaction of sqlx has a ledger of its own, and so has each of its savepoints; a connection
/// has one for the transactions that are begun on it by hand.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// One level for the transaction, and one for each savepoint that was set in it by hand.
    levels: Vec<Level>,
    /// The server has undone the whole transaction, savepoints and all.
    undone: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Level {
    changes: Vec<(Changed, u64)>,
    /// A statement failed, and the server will undo the level whatever it is told.
    aborted: bool,
}

/// How much of a transaction a failed statement takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Only what the statement itself did.
    Statement,
    /// Everything since the last savepoint, as in PostgreSQL.
    Level,
    /// The whole transaction, as a deadlock does in MySQL.
    Transaction,
}

impl Ledger {
    /// Of a connection outside any transaction: what it changes is committed at once.
    pub(crate) fn autocommit() -> Self {
        Self::default()
    }

    /// Of a transaction that was just begun.
    pub(crate) fn transaction() -> Self {
        Self { levels: vec![Level::default()], ..Self::default() }
    }

    /// Of a savepoint that was just set inside this transaction.
    pub(crate) fn savepoint(&self) -> Self {
        Self { undone: Arc::clone(&self.undone), ..Self::transaction() }
    }

    /// Notes rows that a statement changed; gives them back if there is no transaction, and they
    /// are committed already.
    pub(crate) fn note(&mut self, changed: Changed, rows: u64) -> Option<(Changed, u64)> {
        let Some(level) = self.levels.last_mut() else { return Some((changed, rows)) };
        match level.changes.iter_mut().find(|(known, _)| *known == changed) {
            Some((_, sum)) => *sum = sum.saturating_add(rows),
            None => level.changes.push((changed, rows)),
        }
        None
    }

    /// Notes that a statement failed.
    pub(crate) fn damage(&mut self, damage: Damage) {
        let Some(level) = self.levels.last_mut() else { return };
        match damage {
            Damage::Statement => {}
            Damage::Level => level.aborted = true,
            Damage::Transaction => self.undone.store(true, Ordering::Relaxed),
        }
    }

    /// Whether the server undoes the transaction when it is told to commit.
    pub(crate) fn is_lost(&self) -> bool {
        self.undone.load(Ordering::Relaxed) || self.levels.iter().any(|level| level.aborted)
    }

    /// Takes over what a savepoint changed that was released.
    pub(crate) fn absorb(&mut self, savepoint: Self) {
        for (changed, rows) in savepoint.levels.into_iter().flat_map(|level| level.changes) {
            self.note(changed, rows);
        }
    }

    /// What was changed, now that it is committed; nothing if the server has undone it.
    pub(crate) fn committed(&mut self) -> Vec<(Changed, u64)> {
        let lost = self.is_lost();
        let levels = std::mem::take(self).levels;
        if lost { Vec::new() } else { levels.into_iter().flat_map(|l| l.changes).collect() }
    }

    /// Notes a statement that the program itself wrote to begin or end a transaction; gives back
    /// what it committed.
    ///
    /// Savepoints are taken to be nested, and the last one to be meant.
    pub(crate) fn by_hand(&mut self, statement: TransactionStatement) -> Vec<(Changed, u64)> {
        match statement {
            TransactionStatement::None => {}
            TransactionStatement::Begin => {
                if self.levels.is_empty() {
                    *self = Self::transaction();
                }
            }
            TransactionStatement::Commit => return self.committed(),
            TransactionStatement::CommitAndChain => {
                let committed = self.committed();
                *self = Self::transaction();
                return committed;
            }
            TransactionStatement::Rollback => *self = Self::default(),
            TransactionStatement::RollbackAndChain => *self = Self::transaction(),
            // Whether a transaction is open is not known: until one ends, nothing is counted.
            TransactionStatement::Unclear => {
                *self = Self::transaction();
                self.damage(Damage::Level);
            }
            TransactionStatement::Savepoint => {
                if !self.levels.is_empty() {
                    self.levels.push(Level::default());
                }
            }
            TransactionStatement::Release => {
                if self.levels.len() > 1
                    && let Some(level) = self.levels.pop()
                {
                    for (changed, rows) in level.changes {
                        self.note(changed, rows);
                    }
                }
            }
            TransactionStatement::RollbackTo => {
                if let Some(level) = self.levels.last_mut() {
                    *level = Level::default();
                }
            }
        }
        Vec::new()
    }
}
