//! Observes any connection pool: its size, how much of it is idle, its maximum, and who waits.
//!
//! A closure asks the pool at each collection, and [`ObservedPool`] stands for the pool from then on:
//!
//! ```
//! use kymo_pool::{PoolMetrics, PoolState};
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//!
//! # #[derive(Debug)]
//! # struct Manager;
//! # impl r2d2::ManageConnection for Manager {
//! #     type Connection = ();
//! #     type Error = std::convert::Infallible;
//! #     fn connect(&self) -> Result<(), Self::Error> { Ok(()) }
//! #     fn is_valid(&self, _: &mut ()) -> Result<(), Self::Error> { Ok(()) }
//! #     fn has_broken(&self, _: &mut ()) -> bool { false }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let meters = SdkMeterProvider::default();
//! let orders = r2d2::Pool::new(Manager)?;
//!
//! let orders = PoolMetrics::new(&meters).pool("orders", orders, |pool| {
//!     let state = pool.state();
//!     PoolState::new(state.connections, state.idle_connections).max(pool.max_size())
//! })?;
//!
//! let connection = orders.get()?;
//! # Ok(())
//! # }
//! ```
//!
//! The metrics are those of the OpenTelemetry [database client conventions] for pools: see [`metrics`].
//! Pools of sqlx that `kymo-sqlx` measures are observed by the same instruments, under names of the same
//! set.
//!
//! # How long a pool is observed
//!
//! As long as its [`ObservedPool`], or a clone of that, is there. The instruments hold the pool weakly:
//! they never keep it open. A pool that is gone has no series, and its name is free. Whoever drops the
//! observed pool and goes on with the pool itself is told so in the log, if nobody has read the levels
//! until then.
//!
//! # What a closure may do
//!
//! It is called some times at each collection, on the collecting thread, and is to answer from what the
//! pool has in memory: while it waits, so do the levels of other pools. If it panics, the levels of its
//! pool are missing, and the log says so once; others have theirs.
//!
//! [database client conventions]: https://opentelemetry.io/docs/specs/semconv/database/database-metrics/

pub mod key;
pub mod metrics;
mod names;
mod observed_pool;
mod pool_metrics;
mod pool_name;
mod pool_state;
mod round;
mod watched;

pub use observed_pool::ObservedPool;
pub use pool_metrics::PoolMetrics;
pub use pool_name::{PoolName, PoolNameError};
pub use pool_state::PoolState;
