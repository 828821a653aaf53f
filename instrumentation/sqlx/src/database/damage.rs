//! The damage that a failed statement does to its transaction.

/// How much of a transaction a failed statement takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Only what the statement itself did.
    Statement,
    /// The same, unless the statement says `OR ROLLBACK`.
    Constraint,
    /// Everything since the last savepoint, as in PostgreSQL.
    Level,
    /// Everything since the transaction began; it goes on as a new one, as after a deadlock in
    /// MySQL.
    Transaction,
    /// Only what the statement itself did, or everything, and the transaction is over.
    Doubt,
    /// None: there is no transaction.
    NoTransaction,
}
