//! The attribute keys of this crate's metrics.

pub use kymo_core::key::ERROR_TYPE;
use kymo_core::key::{AttributeKey, BudgetedKey};

/// The repository.
pub const REPOSITORY_NAME: BudgetedKey =
    BudgetedKey::new("kymo.repository.name", 64, "The name the program gave to a repository.");

/// The method of a repository.
pub const REPOSITORY_METHOD: BudgetedKey = BudgetedKey::new(
    "kymo.repository.method",
    400,
    "The method, as the program is written; all repositories share the budget.",
);

/// The kind of thing that a repository keeps.
pub const ENTITY_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.entity.name",
    128,
    "The name the program gave to what a repository keeps.",
);

/// The change of an entity.
pub const ENTITY_OPERATION: AttributeKey =
    AttributeKey::new("kymo.entity.operation", "`insert`, `update` or `delete`.");
