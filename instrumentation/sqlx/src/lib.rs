//! A sqlx pool that measures itself.

mod acquire;
mod connection;
mod database_metrics;
mod executor;
mod failure;
mod identity;
mod instruments;
mod ledger;
mod measures;
pub mod metrics;
mod opening;
mod operation;
mod peeked;
mod pool;
mod pool_connection;
mod pool_series;
mod registry;
mod rows_affected;
mod scope;
mod series;
mod settings;
mod shown;
mod span;
mod statement;
mod stream;
mod system;
mod transaction;
mod use_time;
mod waiting;

pub use acquire::AcquiredConnection;
pub use connection::{Measured, MeasuredConnection};
pub use database_metrics::DatabaseMetrics;
pub use opening::{connection_opened, pool_options};
pub use pool::MeasuredPool;
pub use pool_connection::MeasuredPoolConnection;
pub use registry::NameTaken;
pub use settings::PoolSettings;
#[doc(no_inline)]
pub use sqlx::{Database, Pool};
pub use system::System;
pub use transaction::MeasuredTransaction;
