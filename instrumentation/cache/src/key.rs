//! The attribute keys of this crate's metrics.

pub use kymo_core::key::ERROR_TYPE;
use kymo_core::key::{AttributeKey, BudgetedKey};

/// The logical cache.
pub const CACHE_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.cache.name",
    64,
    "The name the program gave to a cache; caches of one name are summed.",
);

/// The answer of a cache.
pub const CACHE_RESULT: AttributeKey = AttributeKey::new(
    "kymo.cache.result",
    "`hit` if it had the entry, `miss` if it had not, `error` if it did not answer.",
);

/// Why a cache let an entry go.
pub const CACHE_EVICTION_CAUSE: AttributeKey = AttributeKey::new(
    "kymo.cache.eviction.cause",
    "`expired` when its time was over, `size` when there was no room.",
);
