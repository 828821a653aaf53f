//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey};
pub use kymo_core::key::{
    DB_NAMESPACE, DB_OPERATION_NAME, DB_RESPONSE_STATUS_CODE, DB_SYSTEM_NAME, ERROR_TYPE,
    SERVER_ADDRESS, SERVER_PORT,
};
pub use kymo_pool::key::{DB_CONNECTION_POOL_NAME, DB_CONNECTION_STATE};

/// A statement in short: `SELECT books`, or the name that the program gave it.
pub const DB_QUERY_SUMMARY: BudgetedKey = BudgetedKey::new(
    "db.query.summary",
    400,
    "What the statement does and to which tables, such as `SELECT books`; or the name it was given; \
     absent if unknown. 100 values are kept for statements that have only failed so far.",
)
.with_reserve(100);

/// The table whose rows were changed.
pub const DB_COLLECTION_NAME: BudgetedKey =
    BudgetedKey::new("db.collection.name", 200, "The table, as the statement names it.");

/// How a transaction ended.
pub const DB_TRANSACTION_OUTCOME: AttributeKey = AttributeKey::new(
    "kymo.db.transaction.outcome",
    "`commit`; `rollback`, also when the server answered a commit with it; `dropped` \
     before either was answered; or `error` when the commit or the rollback failed.",
);
