//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey};
pub use kymo_core::key::{
    DB_NAMESPACE, DB_OPERATION_NAME, DB_QUERY_SUMMARY, DB_RESPONSE_STATUS_CODE, DB_SYSTEM_NAME,
    ERROR_TYPE, SERVER_ADDRESS, SERVER_PORT,
};
pub use kymo_pool::key::{DB_CONNECTION_POOL_NAME, DB_CONNECTION_STATE};

/// The table whose rows were changed.
pub const DB_COLLECTION_NAME: BudgetedKey =
    BudgetedKey::new("db.collection.name", 200, "The table, as the statement names it.");

/// How a transaction ended.
pub const DB_TRANSACTION_OUTCOME: AttributeKey = AttributeKey::new(
    "kymo.db.transaction.outcome",
    "`commit`; `rollback`, also when the server answered a commit with it; `dropped` \
     before either was answered; `error` when the commit or the rollback failed; or `unknown` when the \
     bare connection was lent out, on which it can be ended unseen.",
);
