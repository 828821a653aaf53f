//! Rows that were changed and not yet committed.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    statement::{Changed, TransactionStatement},
    system::System,
};

/// What the open transaction of a connection has changed so far.
///
/// A transaction of sqlx has a ledger of its own, and so has each of its savepoints; a connection
/// has one for the transactions that are begun on it by hand.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// One level for the transaction, and one for each savepoint that was set in it by hand.
    levels: Vec<Level>,
    is_transaction: bool,
    /// How often the server has undone the whole transaction, savepoints and all; absent until it
    /// has, or there are savepoints to tell.
    undone: Option<Arc<AtomicU32>>,
    /// How many of those times the levels know of.
    known_undone: u32,
}

#[derive(Debug, Default)]
struct Level {
    changes: Changes,
    /// A statement failed, and the server will undo the level whatever it is told.
    aborted: bool,
}

/// How many rows were changed, by what was done to them.
pub(crate) type Changes = Vec<(Changed, u64)>;

/// How much of a transaction a failed statement takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Only what the statement itself did.
    Statement,
    /// Everything since the last savepoint, as in PostgreSQL.
    Level,
    /// Everything since the transaction began; it goes on as a new one, as after a deadlock in
    /// MySQL.
    Transaction,
}

impl Ledger {
    /// Of a connection outside any transaction: what it changes is committed at once.
    pub(crate) fn autocommit() -> Self {
        Self::default()
    }

    /// Of a transaction of sqlx that was just begun.
    pub(crate) fn transaction() -> Self {
        Self { levels: vec![Level::default()], is_transaction: true, ..Self::default() }
    }

    /// Of a savepoint of sqlx that was just set inside this transaction.
    pub(crate) fn savepoint(&mut self) -> Self {
        let undone = Arc::clone(self.undone.get_or_insert_default());
        Self { undone: Some(undone), known_undone: self.undone(), ..Self::transaction() }
    }

    /// Whether it is that of a transaction of sqlx, in which what is begun is a savepoint.
    ///
    /// The drivers do not tell: one whose transaction was dropped is in it until the rollback has
    /// happened, which is later.
    pub(crate) fn is_transaction(&self) -> bool {
        self.is_transaction
    }

    /// Notes rows that a statement changed; gives them back if there is no transaction, and they
    /// are committed already.
    pub(crate) fn note(&mut self, changed: Changed, rows: u64) -> Option<(Changed, u64)> {
        self.forget_undone();
        let Some(level) = self.levels.last_mut() else { return Some((changed, rows)) };
        match level.changes.iter_mut().find(|(known, _)| *known == changed) {
            Some((_, sum)) => *sum = sum.saturating_add(rows),
            None => level.changes.push((changed, rows)),
        }
        None
    }

    /// Notes that a statement failed.
    pub(crate) fn failed(
        &mut self,
        statement: TransactionStatement,
        damage: Damage,
        system: System,
    ) {
        // A commit that fails rolls back, but in SQLite, where it can be tried again.
        let is_commit = matches!(
            statement,
            TransactionStatement::Commit | TransactionStatement::CommitAndChain
        );
        if is_commit && system != System::Sqlite {
            self.levels.clear();
        }
        let Some(level) = self.levels.last_mut() else { return };
        match damage {
            Damage::Statement => {}
            Damage::Level => level.aborted = true,
            Damage::Transaction => {
                self.undone.get_or_insert_default().fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Whether the server undoes the transaction when it is told to commit, or has undone it.
    pub(crate) fn is_lost(&self) -> bool {
        self.undone() > 0 || self.levels.iter().any(|level| level.aborted)
    }

    /// Takes over what a savepoint of sqlx changed that was released; gives back what that
    /// committed.
    pub(crate) fn absorb(&mut self, mut savepoint: Self) -> Changes {
        self.take_over(savepoint.committed())
    }

    /// What was changed, now that it is committed; nothing if the server has undone it.
    pub(crate) fn committed(&mut self) -> Changes {
        self.forget_undone();
        let mut levels = std::mem::take(&mut self.levels).into_iter();
        let Some(Level { mut changes, mut aborted }) = levels.next() else {
            return Changes::new();
        };
        for level in levels {
            changes.extend(level.changes);
            aborted |= level.aborted;
        }
        if aborted { Changes::new() } else { changes }
    }

    /// Notes a statement that the program itself wrote to begin or end a transaction; gives back
    /// what it committed.
    ///
    /// Savepoints are taken to be nested, and the last one to be meant.
    pub(crate) fn by_hand(&mut self, statement: TransactionStatement, system: System) -> Changes {
        self.forget_undone();
        match statement {
            TransactionStatement::None => {}
            TransactionStatement::Begin => {
                // Inside a transaction, PostgreSQL goes on with that one.
                if self.levels.is_empty() || system.is_mysql() {
                    let committed = self.committed();
                    self.levels.push(Level::default());
                    return committed;
                }
            }
            TransactionStatement::Commit => return self.committed(),
            TransactionStatement::CommitAndChain => {
                let committed = self.committed();
                self.levels.push(Level::default());
                return committed;
            }
            TransactionStatement::Rollback => self.levels.clear(),
            TransactionStatement::RollbackAndChain => self.levels = vec![Level::default()],
            // Whether a transaction is open is not known: until one ends, nothing is counted.
            TransactionStatement::Unclear => {
                self.levels = vec![Level { aborted: true, ..Level::default() }];
            }
            TransactionStatement::Savepoint => {
                // In SQLite it begins a transaction outside one.
                if !self.levels.is_empty() || system == System::Sqlite {
                    self.levels.push(Level::default());
                }
            }
            TransactionStatement::Release => {
                if self.levels.len() > 1 || system == System::Sqlite {
                    let released = self.levels.pop().unwrap_or_default();
                    return self.take_over(released.changes);
                }
            }
            TransactionStatement::RollbackTo => {
                if let Some(level) = self.levels.last_mut() {
                    *level = Level::default();
                }
            }
        }
        Changes::new()
    }

    /// Adds `changes` to the last level; gives them back if there is none.
    fn take_over(&mut self, changes: Changes) -> Changes {
        changes.into_iter().filter_map(|(changed, rows)| self.note(changed, rows)).collect()
    }

    fn undone(&self) -> u32 {
        self.undone.as_ref().map_or(0, |undone| undone.load(Ordering::Relaxed))
    }

    /// Begins anew if the server has undone the transaction.
    fn forget_undone(&mut self) {
        let undone = self.undone();
        if undone != self.known_undone {
            self.known_undone = undone;
            self.levels.truncate(1);
            self.levels.fill_with(Level::default);
        }
    }
}

#[cfg(test)]
mod tests;
