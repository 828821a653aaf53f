//! The attribute keys of this crate's metrics.

use kymo_core::key::BudgetedKey;
pub use kymo_core::key::{DB_QUERY_SUMMARY, ERROR_TYPE, OPERATION_KIND, PART};

/// The unit of work.
pub const UNIT_OF_WORK_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.unit_of_work.name",
    64,
    "The name the program gave to a unit of work, such as a job.",
);
