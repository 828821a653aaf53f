//! Rows that were changed and not yet committed.

mod by_hand;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use kymo_sql::{SavepointName, System, TransactionStatement};

use crate::{database::damage::Damage, rows::changed::Changed};

/// Counts the rows that the open transaction of a connection changed, until it commits.
///
/// A transaction of sqlx has a ledger of its own, and so has each of its savepoints; a connection
/// has one for the transactions that are begun on it by hand.
///
/// Where it cannot know what a server has done, it rather counts too little, until the next
/// statement after which it does know.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing, and any two may be so")]
pub(crate) struct Ledger {
    /// One level for the transaction, and one for each savepoint that was set in it by hand.
    levels: Vec<Level>,
    is_transaction: bool,
    /// Whether a transaction is open is not known: until it is, nothing is counted.
    is_unclear: bool,
    /// SQLite may have ended the transaction. What succeeds later tells whether it has.
    is_in_doubt: bool,
    /// There is always a transaction, as MySQL can be told.
    is_autocommit_off: bool,
    /// News that the ledgers of a transaction and its savepoints have for each other; absent until there
    /// is any, or somebody to hear it.
    news: Option<Arc<News>>,
    /// How much of the news was heard.
    heard: (u32, u32),
}

#[derive(Debug, Default)]
struct Level {
    /// Unknown for the transaction itself.
    name: SavepointName,
    changes: Changes,
    /// A statement failed, and the server will undo the level whatever it is told.
    aborted: bool,
}

#[derive(Debug, Default)]
struct News {
    /// How often the server has undone the whole transaction, savepoints and all.
    undone: AtomicU32,
    /// How often something else was done to the transaction from inside a savepoint.
    surprises: AtomicU32,
}

/// How many rows were changed, by what was done to them.
pub(crate) type Changes = Vec<(Changed, u64)>;

/// More savepoints by hand than this, and it is unclear what they undo.
const MAX_LEVELS: usize = 128;
/// More kinds of changes than this are not counted.
const MAX_CHANGES: usize = 1024;

impl Ledger {
    /// Of a connection outside any transaction: what it changes is committed at once.
    pub(crate) fn autocommit() -> Self {
        Self::default()
    }

    /// Of a transaction of sqlx that was just begun.
    pub(crate) fn transaction() -> Self {
        Self { levels: vec![Level::default()], is_transaction: true, ..Self::default() }
    }

    /// Of a transaction of sqlx that was just begun on this connection, in which it goes on with
    /// the one by hand, if that is how the server has it: its end is the end of both.
    pub(crate) fn taken_over(&mut self) -> Self {
        let is_autocommit_off = self.is_autocommit_off;
        let mut transaction = Self { is_transaction: true, ..std::mem::take(self) };
        self.is_autocommit_off = is_autocommit_off;
        self.end();
        if transaction.levels.is_empty() {
            transaction.levels.push(Level::default());
        }
        transaction
    }

    /// Of a savepoint of sqlx that was just set inside this transaction.
    pub(crate) fn savepoint(&mut self) -> Self {
        if self.is_in_doubt {
            self.lose_track();
        }
        let news = Arc::clone(self.news.get_or_insert_default());
        Self { news: Some(news), heard: self.news(), ..Self::transaction() }
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
        self.hear();
        if self.is_unclear {
            return None;
        }
        let Some(level) = self.levels.last_mut() else { return Some((changed, rows)) };
        level.add(changed, rows);
        None
    }

    /// Notes that a statement failed.
    pub(crate) fn failed(
        &mut self,
        statement: TransactionStatement,
        damage: Damage,
        system: System,
    ) {
        use TransactionStatement::{Commit, CommitAndChain, ImplicitCommit, OrRollback};
        match (statement, damage) {
            (_, Damage::NoTransaction) | (OrRollback, Damage::Constraint) => {
                self.tell();
                self.end();
            }
            // A commit that fails rolls back, but in SQLite, where it can be tried again.
            (Commit | CommitAndChain, _) if system != System::Sqlite => {
                self.tell();
                self.end();
            }
            // It has committed, unless it was not even understood.
            (ImplicitCommit, _) if !self.levels.is_empty() => self.lose_track(),
            _ => {}
        }
        let Some(level) = self.levels.last_mut() else { return };
        match damage {
            Damage::Statement | Damage::Constraint | Damage::NoTransaction => {}
            Damage::Level => level.aborted = true,
            Damage::Transaction => {
                self.news.get_or_insert_default().undone.fetch_add(1, Ordering::Relaxed);
            }
            Damage::Doubt => self.is_in_doubt = true,
        }
    }

    /// Notes that a statement about transactions was given up, or that one of several has failed:
    /// what was done is not known.
    pub(crate) fn ended_halfway(&mut self, statement: TransactionStatement) {
        self.is_autocommit_off |= statement == TransactionStatement::AutocommitOff;
        // Outside a transaction there is nothing to commit.
        if statement != TransactionStatement::ImplicitCommit || !self.levels.is_empty() {
            self.lose_track();
        }
    }

    /// Whether the server undoes the transaction when it is told to commit, or has undone it.
    pub(crate) fn is_lost(&self) -> bool {
        self.news().0 > 0 || self.levels.iter().any(|level| level.aborted)
    }

    /// Takes over what a savepoint of sqlx changed that was released; gives back what that
    /// committed.
    pub(crate) fn absorb(&mut self, mut savepoint: Self) -> Changes {
        let changes = savepoint.committed();
        changes.into_iter().filter_map(|(changed, rows)| self.note(changed, rows)).collect()
    }

    /// The changes, now that they are committed; none if the server has undone them.
    pub(crate) fn committed(&mut self) -> Changes {
        self.hear();
        let is_known = !self.is_unclear;
        let levels = std::mem::take(&mut self.levels);
        self.end();
        let is_kept = is_known && !levels.iter().any(|level| level.aborted);
        let mut changes = levels.into_iter().filter(|_| is_kept).map(|level| level.changes);
        // Mostly there is one level, whose changes are all there are.
        let first = changes.next().unwrap_or_default();
        changes.fold(first, |mut all, further| {
            all.extend(further);
            all
        })
    }

    /// No transaction is open any more, and what was not committed is undone.
    fn end(&mut self) {
        self.levels.clear();
        self.is_unclear = false;
        self.is_in_doubt = false;
        if self.is_autocommit_off {
            self.levels.push(Level::default());
        }
    }

    /// Has a transaction begin.
    fn start(&mut self) {
        self.levels.clear();
        self.levels.push(Level::default());
    }

    /// Notes that the bare connection is lent out, on which anything can be done unseen: until a transaction is
    /// begun or ended here, nothing is counted.
    pub(crate) fn lend(&mut self) {
        self.lose_track();
    }

    /// Whether it is known which transaction is open.
    pub(crate) fn is_clear(&mut self) -> bool {
        self.hear();
        !self.is_unclear
    }

    /// Until a transaction is begun or ended, nothing is counted.
    fn lose_track(&mut self) {
        self.tell();
        let aborted = self.levels.iter().any(|level| level.aborted);
        self.levels.clear();
        self.levels.push(Level { aborted, ..Level::default() });
        self.is_unclear = true;
        self.is_in_doubt = false;
    }

    /// Tells the ledgers around it that something was done to the whole transaction.
    fn tell(&mut self) {
        self.hear();
        if let Some(news) = &self.news {
            news.surprises.fetch_add(1, Ordering::Relaxed);
        }
        self.heard = self.news();
    }

    fn news(&self) -> (u32, u32) {
        self.news.as_ref().map_or((0, 0), |news| {
            (news.undone.load(Ordering::Relaxed), news.surprises.load(Ordering::Relaxed))
        })
    }

    /// Begins anew if the server has undone the transaction.
    fn hear(&mut self) {
        let news = self.news();
        if news == self.heard {
            return;
        }
        self.levels.truncate(1);
        self.levels.fill_with(Level::default);
        self.is_unclear |= news.1 != self.heard.1;
        self.heard = news;
    }
}

impl Level {
    fn add(&mut self, changed: Changed, rows: u64) {
        if let Some((_, sum)) = self.changes.iter_mut().find(|(known, _)| *known == changed) {
            *sum = sum.saturating_add(rows);
        } else if self.changes.len() < MAX_CHANGES {
            self.changes.push((changed, rows));
        }
    }
}

#[cfg(test)]
mod tests;
