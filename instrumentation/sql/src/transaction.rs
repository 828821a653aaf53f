//! How a statement changes its transaction.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{beginning::beginning, dialect::Dialect};

/// How a statement that a program writes by hand, such as `ROLLBACK TO a`, changes its transaction.
///
/// ```
/// use kymo_sql::{Dialect, Statement, TransactionStatement};
///
/// let read = |text| Statement::read(Dialect::MySql, text).transaction;
/// assert_eq!(read("START TRANSACTION"), TransactionStatement::Begin);
/// assert_eq!(read("COMMIT; START TRANSACTION"), TransactionStatement::CommitAndChain);
/// assert_eq!(read("SELECT 1"), TransactionStatement::None);
/// ```
///
/// Whoever follows transactions must know all of these: another one is a breaking change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TransactionStatement {
    /// Nothing.
    #[default]
    None,
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, and `END` of PostgreSQL and SQLite.
    Commit,
    /// `COMMIT AND CHAIN`: the next transaction has begun.
    CommitAndChain,
    /// `ROLLBACK`, `ABORT`, and `PREPARE TRANSACTION`, which leaves it without a commit.
    Rollback,
    /// `ROLLBACK AND CHAIN`: the next transaction has begun.
    RollbackAndChain,
    /// `SAVEPOINT`.
    Savepoint(SavepointName),
    /// `RELEASE`.
    Release(SavepointName),
    /// `ROLLBACK TO`.
    RollbackTo(SavepointName),
    /// `ROLLBACK TO a; COMMIT`.
    RollbackToAndCommit(SavepointName),
    /// `INSERT OR ROLLBACK`: nothing, unless it violates a constraint.
    OrRollback,
    /// MySQL commits before it, as before `CREATE TABLE`.
    ImplicitCommit,
    /// `SET autocommit = 0` of MySQL: from now on there is always a transaction.
    AutocommitOff,
    /// `SET autocommit = 1`: what is open is committed, if it was switched off before.
    AutocommitOn,
    /// Several of them in one text, whose sum none of the others is.
    Unclear,
}

impl TransactionStatement {
    /// Both statements of one text, one after the other.
    pub(crate) fn then(self, next: Self) -> Self {
        match (self, next) {
            (first, Self::None | Self::OrRollback) => first,
            (Self::None | Self::OrRollback, next) => next,
            // Behind the end of a transaction nothing is left to be committed or undone.
            (
                Self::Commit | Self::CommitAndChain | Self::ImplicitCommit,
                Self::Commit | Self::Rollback,
            )
            | (Self::Commit | Self::ImplicitCommit, Self::ImplicitCommit)
            | (Self::Begin | Self::Savepoint(_) | Self::Release(_), Self::Commit) => Self::Commit,
            (Self::RollbackTo(name), Self::Commit) => Self::RollbackToAndCommit(name),
            // The transaction is over, if one was open, and nothing of it is counted.
            (Self::Rollback | Self::RollbackAndChain | Self::Unclear, Self::Commit)
            | (_, Self::Rollback) => Self::Rollback,
            (Self::Commit | Self::CommitAndChain | Self::ImplicitCommit, Self::Begin) => {
                Self::CommitAndChain
            }
            (Self::Rollback | Self::RollbackAndChain, Self::Begin) => Self::RollbackAndChain,
            (Self::Begin, Self::Begin) => Self::Begin,
            (Self::Savepoint(one), Self::Release(other)) if one == other => Self::None,
            (Self::Savepoint(one), Self::RollbackTo(other)) if one == other => self,
            _ => Self::Unclear,
        }
    }

    /// A text of MySQL that sets something, which need not be `autocommit`.
    ///
    /// Anything but a plain number one or `ON` is taken for what switches it off.
    pub(crate) fn of_set(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let Some((_, rest)) = text.rsplit_once("autocommit") else { return Self::None };
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() || "`:=".contains(c));
        let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
        match &value[..end] {
            "1" | "on" | "true" => Self::AutocommitOn,
            _ => Self::AutocommitOff,
        }
    }

    /// The same, with the name of its savepoint.
    pub(crate) fn named(self, name: SavepointName) -> Self {
        match self {
            Self::Savepoint(_) => Self::Savepoint(name),
            Self::Release(_) => Self::Release(name),
            Self::RollbackTo(_) => Self::RollbackTo(name),
            other => other,
        }
    }
}

/// The name of a savepoint, as a hash of 64 bits; the default where it is not known.
///
/// Two that a server takes for one savepoint are equal, however each is written:
///
/// ```
/// use kymo_sql::{Dialect::{MySql, Postgres}, SavepointName};
///
/// assert_eq!(SavepointName::of("draft", Postgres), SavepointName::of("DRAFT", Postgres));
/// assert_ne!(SavepointName::of("draft", Postgres), SavepointName::of("\"DRAFT\"", Postgres));
/// assert_eq!(SavepointName::of("draft", MySql), SavepointName::of("`DRAFT`", MySql));
/// assert!(!SavepointName::default().is_known());
/// ```
///
/// The number is for comparing within one process: another version of Rust may hash otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SavepointName(u64);

impl SavepointName {
    /// As a server of this dialect takes what is `written`, which may be in quotes.
    pub fn of(written: &str, dialect: Dialect) -> Self {
        let quote = match written.as_bytes() {
            [b'[', ..] => Some(']'),
            [b'"' | b'`', ..] => written.chars().next(),
            _ => None,
        };
        let mut name = written.to_owned();
        if let Some(quote) = quote {
            let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
            name = inside.replace(&format!("{quote}{quote}"), &String::from(quote));
        }
        // Everywhere else a name is found in letters of either case.
        if quote.is_none() || dialect != Dialect::Postgres {
            name = name.to_lowercase();
        }
        if dialect == Dialect::Postgres {
            name.truncate(beginning(&name, MAX_POSTGRESQL_NAME).len());
        }
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(hasher.finish().max(1))
    }

    /// Whether a name was found where it stands.
    pub fn is_known(self) -> bool {
        self != Self::default()
    }
}

/// How many bytes of a name PostgreSQL takes (`NAMEDATALEN - 1`).
const MAX_POSTGRESQL_NAME: usize = 63;
