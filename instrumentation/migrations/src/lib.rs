//! Migrations of sqlx: how long each takes, and where the schema stands.

mod counts;
mod database_series;
mod direction;
mod failure;
mod instruments;
pub mod metrics;
mod migration_metrics;
mod migrations;
mod observed;
mod pools;
mod reading;
mod registry;
mod scope;
mod status;
mod timing;
mod under_way;
mod undo;
mod watch;

pub use counts::MigrationCounts;
pub use migration_metrics::MigrationMetrics;
pub use migrations::Migrations;
pub use pools::AnyPool;
#[doc(no_inline)]
pub use sqlx::migrate::Migrator;
pub use status::MigrationStatus;
