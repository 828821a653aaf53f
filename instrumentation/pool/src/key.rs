//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey};

/// The pool.
pub const DB_CONNECTION_POOL_NAME: BudgetedKey = BudgetedKey::new(
    "db.client.connection.pool.name",
    64,
    "The name the program gave to the pool, or `address:port/database`.",
);

/// Whether somebody has the connection.
pub const DB_CONNECTION_STATE: AttributeKey =
    AttributeKey::new("db.client.connection.state", "`idle` or `used`.");
