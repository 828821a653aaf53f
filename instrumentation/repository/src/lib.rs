//! What the repositories of a service do, and what becomes of what they keep.

mod change_set;
mod described;
mod entity;
mod error_types;
mod method;
pub mod metrics;
#[doc(hidden)]
pub mod probe;
mod repository;
mod repository_metrics;
mod scope;
mod series;

pub use change_set::ChangeSet;
pub use described::Described;
pub use entity::Entity;
pub use error_types::ErrorTypes;
pub use kymo_macros::repository;
pub use method::{Method, Observed};
pub use repository::Repository;
pub use repository_metrics::RepositoryMetrics;
