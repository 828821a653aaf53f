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
//! A stream of the second line is always told as a success, when it is dropped: also one that failed, and one that
//! was never read, of which nothing was sent. Its time is that inside its polls.
//!
//! How often the bare types are taken out of the measured ones is `kymo.db.connection.direct_uses`. On a bare
//! transaction statements can fail, and the transaction can end, unseen: from then on no rows that it changed are
//! counted, and its outcome is `unknown`.
//!
//! Where the events of sqlx are a second source, they count the second line too, in
//! `kymo.db.unmeasured.operations`. Each statement is recorded once, by whichever source is told first: mostly that
//! is the event, which tells how many rows there were. Where no event comes, as with
//! `ConnectOptions::sqlx_logging(false)` or behind a filter, it is the callback.
//!
//! # What else is different
//!
//! - A duration begins when a connection is there, as sea-orm tells it. It tells nothing where a statement
//!   is dropped or unprepared, nor of `BEGIN`: these include the wait for a connection.
//! - The connection tells neither address nor name of its database: [`PoolSettings`] do.
//! - Of rows changed by a statement with `RETURNING`, those count that were returned: one, where one was
//!   asked for.
//! - A statement on a transaction while another is open inside it runs inside that one, and is lost with it, as
//!   the database has it.
//! - Of transactions that overlap, such as two that were begun inside one and are open at once, sea-orm ends the
//!   innermost, whichever is ended: no rows of them are counted, and the outcome is `unknown`.
//! - sea-orm tells its callback how long a statement took by the clock of the system. A statement of the first
//!   line of the table took no longer than it was waited for; one of the second takes as long as that clock
//!   says, which may be set meanwhile.
//! - sea-orm waits for a connection inside of each statement and each `begin`. What the program's own hooks of the
//!   pool run meanwhile, such as `after_connect` and `before_acquire`, is counted by the events of sqlx, as what
//!   went round, and without these by nobody; on SQLite by nobody, whose driver does not tell which of its
//!   statements it is. So is the `SET TRANSACTION` of `begin_with_config`: where it fails `BEGIN` does, and the
//!   time of `BEGIN` includes it.
//! - On SQLite, where the events of sqlx are a second source, another subscriber of `tracing` stands in for the
//!   program's while a measured statement runs, and such hooks see it. They cannot find the program's by its
//!   type, as `OpenTelemetrySpanExt::context` of `tracing-opentelemetry` does; and where no span is current,
//!   `Span::current()` is one that only the hook knows: as the parent of a span that is made after the statement
//!   has ended, the registry panics. Hand a span of your own on instead.
//!
//! [`with_metric_callback`]: MeasuredDatabaseConnection::with_metric_callback

mod callback;
mod connection;
mod failure;
mod observe;
mod observed;
mod rows;
mod sea_orm_metrics;
mod transaction;

pub use connection::MeasuredDatabaseConnection;
pub use kymo_sqlx::{PoolNameError, PoolSettings, System};
pub use rows::MeasuredQueryStream;
pub use sea_orm::DatabaseConnection;
pub use sea_orm_metrics::SeaOrmMetrics;
pub use transaction::MeasuredDatabaseTransaction;
