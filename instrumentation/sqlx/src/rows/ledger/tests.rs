//! The ledger against a model of what each server does.

use allocation_counter::measure;
use kymo_core::ValueBudget;
use kymo_sql::Dialect;
use proptest::prelude::*;

use super::*;

/// One command that a program sends on a connection.
#[derive(Debug, Clone, Copy)]
enum Command {
    Insert(u64),
    /// A statement that the server refuses.
    Wrong,
    /// A statement that the server undoes the whole transaction for, if it is one that does.
    Deadlock,
    CommitThatFails,
    /// A violated constraint for which SQLite ends the transaction.
    OrRollback(OrRollback),
    /// A batch of which only the first statement is run; or, if it is one row that was waited for,
    /// both.
    Halfway(TransactionStatement),
    Transaction(TransactionStatement),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum OrRollback {
    Written,
    InTrigger,
}

/// A server that keeps copies of its one number instead of a ledger.
#[derive(Debug)]
struct Server {
    system: System,
    committed: u64,
    /// The number as the open transaction sees it.
    seen: Option<u64>,
    /// The number as it was when each savepoint was set.
    savepoints: Vec<(SavepointName, u64)>,
    /// The transaction was begun by its first savepoint.
    is_begun_by_savepoint: bool,
    is_aborted: bool,
}

impl Server {
    fn new(system: System) -> Self {
        Self {
            system,
            committed: 0,
            seen: None,
            savepoints: Vec::new(),
            is_begun_by_savepoint: false,
            is_aborted: false,
        }
    }

    fn run(&mut self, command: Command) -> Result<(), Damage> {
        use TransactionStatement::{
            Begin, Commit, CommitAndChain, ImplicitCommit, Rollback, RollbackAndChain, RollbackTo,
            RollbackToAndCommit,
        };
        let is_open = self.seen.is_some();
        let ends = matches!(
            command,
            Command::Transaction(
                Commit
                    | CommitAndChain
                    | Rollback
                    | RollbackAndChain
                    | RollbackTo(_)
                    | RollbackToAndCommit(_)
            ) | Command::CommitThatFails
                | Command::Halfway(_)
        );
        if self.is_aborted && !ends {
            return Err(Damage::Level);
        }
        match command {
            Command::Insert(rows) => *self.seen.as_mut().unwrap_or(&mut self.committed) += rows,
            Command::Deadlock if self.system.is_mysql() => {
                self.savepoints.clear();
                self.seen = self.seen.map(|_| self.committed);
                return Err(Damage::Transaction);
            }
            Command::OrRollback(how) if self.system == System::Sqlite => {
                self.end(self.committed);
                return Err(match how {
                    OrRollback::Written => Damage::Constraint,
                    OrRollback::InTrigger => Damage::Doubt,
                });
            }
            Command::Wrong | Command::Deadlock | Command::OrRollback(_) => return self.refuse(),
            Command::Halfway(first) => {
                return match self.run(Command::Transaction(first)) {
                    Ok(()) => self.refuse(),
                    error => error,
                };
            }
            Command::CommitThatFails if self.system == System::Sqlite => return self.refuse(),
            Command::CommitThatFails => {
                self.end(self.committed);
                return Err(self.damage());
            }
            Command::Transaction(Begin) if is_open => match self.system {
                System::Sqlite => return self.refuse(),
                System::Postgresql => {}
                _ => self.begin_after_implicit_commit(),
            },
            Command::Transaction(Begin) => self.seen = Some(self.committed),
            Command::Transaction(Commit | Rollback) if !is_open => {
                return if self.system == System::Sqlite {
                    Err(Damage::NoTransaction)
                } else {
                    Ok(())
                };
            }
            Command::Transaction(ImplicitCommit) if self.system.is_mysql() => {
                self.end(self.seen.unwrap_or(self.committed));
            }
            Command::Transaction(RollbackToAndCommit(name)) => {
                self.run(Command::Transaction(RollbackTo(name)))?;
                self.run(Command::Transaction(Commit))?;
            }
            Command::Transaction(Commit) => {
                let lost = self.is_aborted;
                self.end(if lost { self.committed } else { self.seen.unwrap_or_default() });
            }
            Command::Transaction(Rollback) => self.end(self.committed),
            Command::Transaction(CommitAndChain | RollbackAndChain)
                if !is_open || self.system == System::Sqlite =>
            {
                return self.refuse();
            }
            Command::Transaction(CommitAndChain) => {
                self.run(Command::Transaction(Commit))?;
                self.run(Command::Transaction(Begin))?;
            }
            Command::Transaction(RollbackAndChain) => {
                self.run(Command::Transaction(Rollback))?;
                self.run(Command::Transaction(Begin))?;
            }
            Command::Transaction(other) => return self.run_savepoint(other),
        }
        Ok(())
    }

    fn run_savepoint(&mut self, statement: TransactionStatement) -> Result<(), Damage> {
        use TransactionStatement::{Release, RollbackTo, Savepoint};
        match statement {
            Savepoint(name) => match self.system {
                _ if self.seen.is_some() => {
                    if self.system.is_mysql() {
                        self.savepoints.retain(|(known, _)| *known != name);
                    }
                    self.savepoints.extend(self.seen.map(|seen| (name, seen)));
                }
                System::Sqlite => {
                    self.seen = Some(self.committed);
                    self.savepoints.push((name, self.committed));
                    self.is_begun_by_savepoint = true;
                }
                System::Postgresql => return self.refuse(),
                _ => {}
            },
            Release(name) => {
                let Some(position) = self.position(name) else { return self.refuse() };
                self.savepoints.truncate(position);
                if self.is_begun_by_savepoint && self.savepoints.is_empty() {
                    self.end(self.seen.unwrap_or_default());
                }
            }
            RollbackTo(name) => {
                let Some(position) = self.position(name) else { return self.refuse() };
                self.savepoints.truncate(position + 1);
                self.seen = Some(self.savepoints[position].1);
                self.is_aborted = false;
            }
            _ => {}
        }
        Ok(())
    }

    fn refuse(&mut self) -> Result<(), Damage> {
        self.is_aborted = self.seen.is_some() && self.system == System::Postgresql;
        Err(self.damage())
    }

    fn position(&self, name: SavepointName) -> Option<usize> {
        self.savepoints.iter().rposition(|(known, _)| *known == name)
    }

    fn damage(&self) -> Damage {
        if self.system == System::Postgresql { Damage::Level } else { Damage::Statement }
    }

    fn begin_after_implicit_commit(&mut self) {
        self.end(self.seen.unwrap_or_default());
        self.seen = Some(self.committed);
    }

    fn end(&mut self, committed: u64) {
        *self = Self { committed, ..Self::new(self.system) };
    }
}

/// Tells the ledger of a command as an operation does; gives how many rows are counted.
fn tell(ledger: &mut Ledger, command: Command, result: Result<(), Damage>, system: System) -> u64 {
    let statement = match command {
        Command::Transaction(TransactionStatement::ImplicitCommit) if !system.is_mysql() => {
            TransactionStatement::None
        }
        Command::Transaction(statement) => statement,
        Command::CommitThatFails => TransactionStatement::Commit,
        Command::OrRollback(OrRollback::Written) => TransactionStatement::OrRollback,
        Command::Halfway(_) => TransactionStatement::Unclear,
        _ => TransactionStatement::None,
    };
    if let Err(damage) = result {
        ledger.failed(statement, damage, system);
        let is_batch = matches!(
            command,
            Command::Halfway(_)
                | Command::Transaction(TransactionStatement::RollbackToAndCommit(_))
        );
        if is_batch && damage != Damage::NoTransaction {
            ledger.ended_halfway(statement);
        }
        return 0;
    }
    let mut counted = 0;
    if let Command::Insert(rows) = command {
        counted += ledger.note(changed(), rows).map_or(0, |(_, rows)| rows);
    }
    counted + sum(ledger.by_hand(statement, system))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_counted_is_what_the_server_has_committed(
        system in proptest::sample::select(&System::ALL[..4]),
        commands in proptest::collection::vec(command(), 0..40),
    ) {
        let mut server = Server::new(system);
        let mut ledger = Ledger::autocommit();
        let mut counted = 0;
        for command in commands {
            let result = server.run(command);
            counted += tell(&mut ledger, command, result, system);
            prop_assert_eq!(counted, server.committed, "after {:?}", command);
        }
    }

    #[test]
    fn what_is_uncertain_is_not_counted_and_the_next_transaction_is(
        system in proptest::sample::select(&System::ALL[..4]),
        commands in proptest::collection::vec(uncertain_command(), 0..40),
        clear_points in proptest::collection::vec(
            proptest::sample::select(&[TransactionStatement::Commit, TransactionStatement::Rollback][..]),
            1..2,
        ),
    ) {
        let mut server = Server::new(system);
        let mut ledger = Ledger::autocommit();
        let mut counted = 0;
        let mut run = |command| {
            let result = server.run(command);
            counted += tell(&mut ledger, command, result, system);
            (counted, server.committed)
        };
        for command in commands {
            let (counted, committed) = run(command);
            prop_assert!(counted <= committed, "{} {} after {:?}", counted, committed, command);
        }
        let (mut counted, mut committed) = (0, 0);
        for end in clear_points {
            (counted, committed) = run(Command::Transaction(end));
        }
        let after = [
            (Command::Insert(1), 1),
            (Command::Transaction(TransactionStatement::Begin), 1),
            (Command::Insert(2), 1),
            (Command::Transaction(TransactionStatement::Commit), 3),
            (Command::Insert(4), 7),
        ];
        for (command, more) in after {
            prop_assert_eq!(run(command), (counted + more, committed + more), "{:?}", command);
        }
    }
}

fn uncertain_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => command(),
        1 => transaction_statement().prop_map(Command::Halfway),
        1 => Just(Command::Transaction(TransactionStatement::RollbackToAndCommit(
            savepoint("a")
        ))),
        1 => Just(Command::OrRollback(OrRollback::InTrigger)),
        1 => Just(Command::Transaction(TransactionStatement::Unclear)),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        8 => (1_u64..9).prop_map(Command::Insert),
        1 => Just(Command::Wrong),
        1 => Just(Command::Deadlock),
        1 => Just(Command::CommitThatFails),
        1 => Just(Command::OrRollback(OrRollback::Written)),
        18 => transaction_statement().prop_map(Command::Transaction),
    ]
}

fn savepoint(name: &str) -> SavepointName {
    SavepointName::of(name, Dialect::Sqlite)
}

fn transaction_statement() -> impl Strategy<Value = TransactionStatement> {
    use TransactionStatement::{
        Begin, Commit, CommitAndChain, ImplicitCommit, None, Release, Rollback, RollbackAndChain,
        RollbackTo, Savepoint,
    };
    let name = proptest::sample::select(&["a", "b", "c"][..]).prop_map(savepoint);
    let with_name = (0..7_usize, name).prop_map(|(statement, name)| match statement {
        0..3 => Savepoint(name),
        3..5 => Release(name),
        _ => RollbackTo(name),
    });
    prop_oneof![
        8 => proptest::sample::select(&[None, Begin, Commit, Rollback][..]),
        3 => proptest::sample::select(&[CommitAndChain, RollbackAndChain, ImplicitCommit][..]),
        8 => with_name,
    ]
}

#[test]
fn a_savepoint_that_is_released_belongs_to_its_transaction() {
    let mut transaction = Ledger::transaction();
    let mut savepoint = transaction.savepoint();
    assert_eq!(savepoint.note(changed(), 2), None);
    assert_eq!(transaction.absorb(savepoint), []);
    assert_eq!(transaction.note(changed(), 3), None);
    assert_eq!(transaction.committed(), [(changed(), 5)]);
}

#[test]
fn a_savepoint_outside_any_transaction_commits_when_it_is_released() {
    let mut ended_by_hand = Ledger::transaction();
    ended_by_hand.by_hand(TransactionStatement::Commit, System::Sqlite);
    let mut savepoint = ended_by_hand.savepoint();
    assert_eq!(savepoint.note(changed(), 2), None);
    assert_eq!(ended_by_hand.absorb(savepoint), [(changed(), 2)]);
}

#[test]
fn without_autocommit_there_is_always_a_transaction() {
    let mut ledger = Ledger::autocommit();
    ledger.by_hand(TransactionStatement::AutocommitOff, System::Mysql);
    for _ in 0..2 {
        assert_eq!(ledger.note(changed(), 1), None);
        ledger.by_hand(TransactionStatement::Rollback, System::Mysql);
    }
    assert_eq!(ledger.note(changed(), 2), None);
    assert_eq!(ledger.by_hand(TransactionStatement::Commit, System::Mysql), [(changed(), 2)]);
    assert_eq!(ledger.note(changed(), 4), None);
    ledger.by_hand(TransactionStatement::Begin, System::Mysql);
    drop(ledger.taken_over());
    assert_eq!(ledger.note(changed(), 8), None);
    assert_eq!(ledger.by_hand(TransactionStatement::AutocommitOn, System::Mysql), [(changed(), 8)]);
    assert_eq!(ledger.note(changed(), 1), Some((changed(), 1)));
    ledger.by_hand(TransactionStatement::Begin, System::Mysql);
    ledger.note(changed(), 16);
    assert_eq!(ledger.by_hand(TransactionStatement::AutocommitOn, System::Mysql), []);
}

#[test]
fn the_end_of_a_transaction_inside_one_by_hand_ends_both_in_postgresql() {
    let begin = || {
        let mut connection = Ledger::autocommit();
        connection.by_hand(TransactionStatement::Begin, System::Postgresql);
        connection.note(changed(), 1);
        connection.by_hand(TransactionStatement::Begin, System::Postgresql);
        let mut inner = connection.taken_over();
        inner.note(changed(), 2);
        (connection, inner)
    };
    let (mut connection, inner) = begin();
    drop(inner);
    assert_eq!(connection.by_hand(TransactionStatement::Commit, System::Postgresql), []);
    let (mut connection, mut inner) = begin();
    assert_eq!(inner.committed(), [(changed(), 3)]);
    assert_eq!(connection.note(changed(), 4), Some((changed(), 4)));
}

#[test]
fn savepoints_of_one_name_take_no_room_in_mysql_and_others_only_so_much() {
    let mut ledger = Ledger::transaction();
    let set = |name: &str| TransactionStatement::Savepoint(savepoint(name));
    for _ in 0..1000 {
        ledger.by_hand(set("a"), System::Mysql);
        ledger.note(changed(), 1);
    }
    assert_eq!(ledger.levels.len(), 2);
    assert_eq!(sum(ledger.committed()), 1000);
    ledger.by_hand(TransactionStatement::Begin, System::Postgresql);
    for _ in 0..1000 {
        ledger.by_hand(set("a"), System::Postgresql);
        ledger.note(changed(), 1);
    }
    assert!(ledger.levels.len() <= MAX_LEVELS);
    assert_eq!(ledger.committed(), [], "it is unclear what they undo");
}

#[test]
fn a_transaction_that_is_ended_by_hand_in_a_savepoint_of_sqlx_is_not_counted() {
    let mut transaction = Ledger::transaction();
    transaction.note(changed(), 1);
    let mut savepoint = transaction.savepoint();
    savepoint.by_hand(TransactionStatement::Rollback, System::Postgresql);
    drop(savepoint);
    assert_eq!(transaction.committed(), []);
}

#[test]
fn an_error_in_a_savepoint_that_is_rolled_back_leaves_the_transaction_in_postgresql() {
    let mut transaction = Ledger::transaction();
    transaction.note(changed(), 1);
    let mut savepoint = transaction.savepoint();
    savepoint.note(changed(), 2);
    savepoint.failed(TransactionStatement::None, Damage::Level, System::Postgresql);
    assert!(savepoint.is_lost());
    drop(savepoint);
    assert!(!transaction.is_lost());
    assert_eq!(transaction.committed(), [(changed(), 1)]);
}

#[test]
fn an_error_in_a_transaction_loses_it_in_postgresql() {
    let mut transaction = Ledger::transaction();
    transaction.note(changed(), 1);
    transaction.failed(TransactionStatement::None, Damage::Level, System::Postgresql);
    assert!(transaction.is_lost());
    assert_eq!(transaction.committed(), []);
}

#[test]
fn a_deadlock_in_a_savepoint_undoes_the_transaction_so_far_in_mysql() {
    let mut transaction = Ledger::transaction();
    transaction.note(changed(), 1);
    let mut savepoint = transaction.savepoint();
    let mut inner = savepoint.savepoint();
    inner.note(changed(), 2);
    inner.failed(TransactionStatement::None, Damage::Transaction, System::Mysql);
    drop(inner);
    savepoint.note(changed(), 4);
    drop(savepoint);
    assert!(transaction.is_lost());
    transaction.note(changed(), 8);
    assert_eq!(transaction.committed(), [(changed(), 8)], "it went on as a new one");
}

#[test]
fn a_transaction_takes_room_for_itself_and_for_what_it_changes_and_no_more() {
    let changed = changed();
    let transaction = || {
        let mut ledger = Ledger::transaction();
        ledger.note(changed, 1);
        ledger.note(changed, 2);
        assert_eq!(ledger.committed(), [(changed, 3)]);
    };
    transaction();
    assert_eq!(measure(transaction).count_total, 2);
}

fn changed() -> Changed {
    Changed { operation: "INSERT", table: ValueBudget::uncounted(1).bound("books") }
}

fn sum(changes: Changes) -> u64 {
    changes.into_iter().map(|(_, rows)| rows).sum()
}
