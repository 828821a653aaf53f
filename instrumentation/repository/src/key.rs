//! The attribute keys of this crate's metrics.

pub use kymo_core::key::ERROR_TYPE;
use kymo_core::key::{AttributeKey, BudgetedKey};

/// The repository.
pub const REPOSITORY_NAME: BudgetedKey =
    BudgetedKey::new("kymo.repository.name", 64, "The name the program gave to a repository.");

/// What was asked of a repository.
pub const REPOSITORY_METHOD: BudgetedKey = BudgetedKey::new(
    "kymo.repository.method",
    400,
    "The method, as the program is written; all repositories share the budget.",
);

/// What a repository keeps.
pub const ENTITY_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.entity.name",
    128,
    "The name the program gave to what a repository keeps.",
);

/// What became of what a repository keeps.
pub const ENTITY_OPERATION: AttributeKey =
    AttributeKey::new("kymo.entity.operation", "`insert`, `update` or `delete`.");
