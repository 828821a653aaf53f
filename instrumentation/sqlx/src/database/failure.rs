//! Why an operation failed: the closed set of `error.type`, and what the failure takes with it.

use kymo_core::KnownValues;
use kymo_sql::System;
use sqlx::error::{DatabaseError, Error, ErrorKind};

use crate::database::{damage::Damage, status_code::StatusCode};

/// The values of `error.type`, beside `cancelled`, `panic` and `_OTHER`.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&[
    // Constraints, by sqlx's kinds.
    "unique_violation",
    "foreign_key_violation",
    "not_null_violation",
    "check_violation",
    "exclusion_violation",
    "integrity_constraint_violation",
    // Failures that a second try may heal.
    "deadlock",
    "serialization_failure",
    "lock_timeout",
    "transaction_rollback",
    // Classes of SQLSTATE, by their names in the standard.
    "connection_exception",
    "data_exception",
    "insufficient_resources",
    "invalid_authorization_specification",
    "invalid_transaction_state",
    "operator_intervention",
    "syntax_error_or_access_rule_violation",
    "database_error",
    // The pool.
    "pool_closed",
    "pool_timed_out",
    // The client.
    "configuration",
    "decode",
    "encode",
    "invalid_argument",
    "io",
    "protocol",
    "tls",
    "transaction",
    "type_not_found",
    "worker_crashed",
]);

/// An error by what is counted of it: its kind, its code, and the damage that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: &'static str,
    pub(crate) status: Option<StatusCode>,
    pub(crate) damage: Damage,
}

/// The value of `error.type` for an error of sqlx: what an operation that failed with it is recorded
/// as, without knowing which database it was. [`Error::RowNotFound`], which fails no operation, is
/// `row_not_found`.
pub fn error_type(error: &Error) -> &'static str {
    let system = error.as_database_error().map_or(System::OtherSql, told_by);
    Failure::of(error, system).map_or("row_not_found", |failure| failure.kind)
}

/// Whose error it is, by what its code looks like.
fn told_by(error: &dyn DatabaseError) -> System {
    if StatusCode::of_mysql(error).is_some() {
        return System::Mysql;
    }
    let is_sqlite = error.code().is_some_and(|code| code.len() < 5 && code.parse::<u16>().is_ok());
    if is_sqlite { System::Sqlite } else { System::Postgresql }
}

impl Failure {
    /// `None` for [`Error::RowNotFound`]: that there is no such row is an answer.
    pub(crate) fn of(error: &Error, system: System) -> Option<Self> {
        let kind = match error {
            Error::RowNotFound => return None,
            Error::Database(error) => return Some(Self::of_database(&**error, system)),
            Error::PoolTimedOut => "pool_timed_out",
            Error::PoolClosed => "pool_closed",
            Error::Io(_) => "io",
            Error::Tls(_) => "tls",
            Error::Protocol(_) => "protocol",
            Error::WorkerCrashed => "worker_crashed",
            Error::Configuration(_) => "configuration",
            Error::InvalidArgument(_) => "invalid_argument",
            Error::Encode(_) => "encode",
            Error::Decode(_)
            | Error::ColumnDecode { .. }
            | Error::ColumnNotFound(_)
            | Error::ColumnIndexOutOfBounds { .. }
            | Error::AnyDriverError(_) => "decode",
            Error::TypeNotFound { .. } => "type_not_found",
            Error::BeginFailed | Error::InvalidSavePointStatement => "transaction",
            _ => kymo_core::OTHER,
        };
        Some(Self { kind, status: None, damage: Damage::Statement })
    }

    fn of_database(error: &dyn DatabaseError, system: System) -> Self {
        let status = StatusCode::of(error, system);
        let code = status.as_ref().map_or("", StatusCode::as_str);
        let state = error.code();
        let state = if system == System::Sqlite { "" } else { state.as_deref().unwrap_or("") };
        let kind = match error.kind() {
            ErrorKind::UniqueViolation => "unique_violation",
            ErrorKind::ForeignKeyViolation => "foreign_key_violation",
            ErrorKind::NotNullViolation => "not_null_violation",
            ErrorKind::CheckViolation => "check_violation",
            ErrorKind::ExclusionViolation => "exclusion_violation",
            _ => match system {
                System::Sqlite => sqlite_kind(code),
                _ if system.is_mysql() => mysql_kind(code, state),
                _ => standard_kind(state),
            },
        };
        let damage = match system {
            System::Postgresql => Damage::Level,
            _ if system.is_mysql() && UNDOING.contains(&code) => Damage::Transaction,
            System::Sqlite => sqlite_damage(code, error.message()),
            _ => Damage::Statement,
        };
        Self { kind, status, damage }
    }
}

/// By the classes of SQLSTATE, and three of PostgreSQL's own codes.
fn standard_kind(state: &str) -> &'static str {
    match state {
        "40P01" => return "deadlock",
        "40001" => return "serialization_failure",
        "55P03" => return "lock_timeout",
        _ => {}
    }
    match state.get(..2).unwrap_or("") {
        "08" => "connection_exception",
        "22" => "data_exception",
        "23" => "integrity_constraint_violation",
        "25" => "invalid_transaction_state",
        "28" => "invalid_authorization_specification",
        "40" => "transaction_rollback",
        "42" => "syntax_error_or_access_rule_violation",
        "53" => "insufficient_resources",
        "57" => "operator_intervention",
        _ => "database_error",
    }
}

/// The numbers for which the server undoes the whole transaction: a deadlock, a row that somebody
/// else changed (MariaDB), a full table of locks.
const UNDOING: [&str; 3] = ["1213", "1020", "1206"];

/// MySQL says "serialization failure" of a deadlock, and nothing of a lock it waited for.
fn mysql_kind(number: &str, state: &str) -> &'static str {
    match number {
        "1213" => "deadlock",
        "1020" => "serialization_failure",
        "1205" | "3572" => "lock_timeout",
        "1317" | "1053" | "1927" | "3024" | "1969" => "operator_intervention",
        "1040" | "1041" | "1114" | "1203" | "1206" => "insufficient_resources",
        _ => standard_kind(state),
    }
}

/// By SQLite's primary result code, the low byte of the extended one, but for two of those.
fn sqlite_kind(code: &str) -> &'static str {
    match code {
        // SQLITE_BUSY_SNAPSHOT: somebody else wrote what the transaction had read.
        "517" => return "serialization_failure",
        // SQLITE_CONSTRAINT_ROWID.
        "2579" => return "unique_violation",
        _ => {}
    }
    match code.parse::<u32>().map(|extended| extended & 0xff) {
        Ok(5 | 6) => "lock_timeout",
        Ok(7 | 13) => "insufficient_resources",
        Ok(9) => "operator_intervention",
        Ok(10 | 14) => "io",
        Ok(18 | 20 | 25) => "data_exception",
        Ok(19) => "integrity_constraint_violation",
        Ok(23) => "invalid_authorization_specification",
        _ => "database_error",
    }
}

/// SQLite may end the transaction itself for the primary codes 7, 9, 10 and 13, and a trigger may
/// have it do so ("Response To Errors Within A Transaction" in `lang_transaction.html`).
fn sqlite_damage(code: &str, message: &str) -> Damage {
    match code.parse::<u32>().map(|extended| (extended & 0xff, extended)) {
        Ok((1, _)) if message.contains("no transaction is active") => Damage::NoTransaction,
        Ok((7 | 9 | 10 | 13, _) | (_, 1811)) => Damage::Doubt,
        Ok((19, _)) => Damage::Constraint,
        _ => Damage::Statement,
    }
}

#[cfg(test)]
mod tests;
