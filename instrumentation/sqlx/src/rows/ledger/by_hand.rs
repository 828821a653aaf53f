//! Transactions that a program begins and ends with statements of its own.

use kymo_sql::{SavepointName, System, TransactionStatement};

use super::{Changes, Ledger, Level, MAX_LEVELS};

impl Ledger {
    /// Notes a statement that the program itself wrote to begin or end a transaction; gives back
    /// what it committed.
    pub(crate) fn by_hand(&mut self, statement: TransactionStatement, system: System) -> Changes {
        use TransactionStatement as Is;
        self.hear();
        match statement {
            Is::None | Is::OrRollback => {}
            Is::Begin => return self.begin(system),
            Is::Commit | Is::ImplicitCommit => return self.commit(),
            Is::CommitAndChain => {
                let committed = self.commit();
                self.start();
                return committed;
            }
            Is::Rollback => self.roll_back(),
            Is::RollbackAndChain => {
                self.roll_back();
                self.start();
            }
            Is::RollbackToAndCommit(name) => {
                self.roll_back_to(name);
                return self.commit();
            }
            Is::AutocommitOff => {
                self.is_autocommit_off = true;
                if self.levels.is_empty() {
                    self.start();
                }
            }
            // Where it was on already, the server does nothing.
            Is::AutocommitOn => {
                if std::mem::take(&mut self.is_autocommit_off) {
                    return self.commit();
                }
            }
            Is::Unclear => self.lose_track(),
            _ if self.is_unclear => {}
            Is::Savepoint(name) => self.set(name, system),
            Is::Release(name) => return self.release(name),
            Is::RollbackTo(name) => self.roll_back_to(name),
        }
        Changes::new()
    }

    fn begin(&mut self, system: System) -> Changes {
        let goes_on = match system {
            // It has committed what was open.
            System::Mysql | System::Mariadb => {
                let committed = self.commit();
                self.start();
                return committed;
            }
            // It refuses to begin inside a transaction: the one that was known has been undone.
            System::Sqlite => false,
            _ => !self.is_unclear && !self.levels.is_empty(),
        };
        if !goes_on {
            self.roll_back();
            self.start();
        }
        Changes::new()
    }

    fn commit(&mut self) -> Changes {
        self.tell();
        self.committed()
    }

    fn roll_back(&mut self) {
        self.tell();
        self.end();
    }

    fn set(&mut self, name: SavepointName, system: System) {
        if self.levels.is_empty() && system != System::Sqlite {
            return;
        }
        // Outside a transaction it begins one in SQLite.
        if self.is_in_doubt || !name.is_known() {
            return self.lose_track();
        }
        // In MySQL it takes the place of the other of its name.
        if system.is_mysql()
            && let Some(known) = self.position(name)
        {
            let replaced = self.levels.remove(known);
            self.take_over(known, [replaced]);
        }
        if self.levels.len() >= MAX_LEVELS {
            return self.lose_track();
        }
        self.levels.push(Level { name, ..Level::default() });
    }

    fn release(&mut self, name: SavepointName) -> Changes {
        let Some(position) = self.position(name) else {
            self.lose_track();
            return Changes::new();
        };
        self.is_in_doubt = false;
        if position == 0 {
            return self.commit();
        }
        let released = self.levels.split_off(position);
        self.take_over(position, released);
        Changes::new()
    }

    fn roll_back_to(&mut self, name: SavepointName) {
        let Some(position) = self.position(name) else { return self.lose_track() };
        self.is_in_doubt = false;
        self.levels.truncate(position);
        self.levels.push(Level { name, ..Level::default() });
    }

    /// Where the last savepoint of this name is.
    fn position(&self, name: SavepointName) -> Option<usize> {
        self.levels.iter().rposition(|level| name.is_known() && level.name == name)
    }

    /// Has the level before `position` take over what others changed.
    fn take_over(&mut self, position: usize, others: impl IntoIterator<Item = Level>) {
        let Some(level) = position.checked_sub(1).and_then(|at| self.levels.get_mut(at)) else {
            return;
        };
        for other in others {
            level.aborted |= other.aborted;
            other.changes.into_iter().for_each(|(changed, rows)| level.add(changed, rows));
        }
    }
}
