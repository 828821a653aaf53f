//! Measures every statement, stream and transaction of a [sea-orm](https://docs.rs/sea-orm) connection.
//!
//! [`MeasuredDatabaseConnection`] takes the place of a [`DatabaseConnection`]. One line changes, and no
//! query:
//!
//! ```
//! use kymo_sea_orm::SeaOrmMetrics;
//! use kymo_sqlx::DatabaseMetrics;
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//! use sea_orm::{ConnectionTrait, Database, DatabaseConnection, TransactionTrait};
//!
//! async fn count(db: &impl ConnectionTrait) -> Result<u64, sea_orm::DbErr> {
//!     Ok(db.execute_unprepared("DELETE FROM books").await?.rows_affected())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let meters = SdkMeterProvider::default();
//! let metrics = SeaOrmMetrics::new(&DatabaseMetrics::new(&meters));
//!
//! let db = metrics.database(Database::connect("sqlite::memory:").await?);
//!
//! db.execute_unprepared("CREATE TABLE books (title TEXT)").await?;
//! let transaction = db.begin().await?;
//! count(&transaction).await?;
//! transaction.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The metrics are those of `kymo-sqlx`, recorded by its instruments: see [`kymo_sqlx::metrics`].
//!
//! # What is seen how
//!
//! | what runs it | duration and summary | `error.type` and the code | rows | transactions |
//! | --- | --- | --- | --- | --- |
//! | `&impl ConnectionTrait` and the like, given a measured connection or transaction | yes | yes | yes | yes |
//! | `&DatabaseConnection`, `&DatabaseTransaction`, to which the measured ones deref | yes | `_OTHER` | no | no |
//!
//! The second line is what sea-orm tells its metric callback, which this crate sets: a function that takes
//! the bare type does not escape. It tells nothing of `execute_unprepared`, of `BEGIN`, `COMMIT` and
//! `ROLLBACK`, nor of a statement that was dropped on the way: these are not counted there. Whoever has a
//! callback of their own hands it to [`with_metric_callback`], since sea-orm keeps one.
//!
//! Where the events of sqlx are a second source, they count the second line instead, with its rows, and in
//! `kymo.db.unmeasured.operations`.
//!
//! # What else is different
//!
//! - A duration begins when a connection is there, as sea-orm tells it. It tells nothing where a statement
//!   is dropped or unprepared, nor of `BEGIN`: these include the wait for a connection.
//! - The connection tells neither address nor name of its database: [`PoolSettings`] do.
//! - Of rows changed by a statement with `RETURNING`, those count that were returned: one, where one was
//!   asked for.
//! - A statement on a transaction while another is open inside it counts as the outer one's, and is
//!   committed with that.
//!
//! [`with_metric_callback`]: MeasuredDatabaseConnection::with_metric_callback

mod callback;
mod connection;
mod failure;
mod observe;
mod rows;
mod sea_orm_metrics;
mod transaction;

pub use connection::MeasuredDatabaseConnection;
pub use kymo_sqlx::{PoolNameError, PoolSettings, System};
pub use rows::MeasuredQueryStream;
pub use sea_orm::DatabaseConnection;
pub use sea_orm_metrics::SeaOrmMetrics;
pub use transaction::MeasuredDatabaseTransaction;
