//! The attribute keys of this crate's metrics.

pub use kymo_core::key::ERROR_TYPE;
use kymo_core::key::{AttributeKey, BudgetedKey};
pub use kymo_sqlx::key::DB_CONNECTION_POOL_NAME;

/// Where a migration stands.
pub const MIGRATION_STATE: AttributeKey = AttributeKey::new(
    "kymo.migration.state",
    "`applied`; `pending` if the program has it and the database has not; `failed` if it was left \
     half done; `mismatch` if it was edited after it was applied; `unknown` if the database has it \
     and the program has not.",
);

/// Which migration.
pub const MIGRATION_VERSION: BudgetedKey = BudgetedKey::new(
    "kymo.migration.version",
    200,
    "The number that the migration's file begins with.",
);

/// Which way a migration went.
pub const MIGRATION_DIRECTION: AttributeKey = AttributeKey::new(
    "kymo.migration.direction",
    "`up`, `down`, or `skip` if it was marked as applied without being run.",
);
