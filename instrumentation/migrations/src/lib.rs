//! Migrations of sqlx: how long each takes, and where the schema stands.
//!
//! [`Migrations`] is sqlx's [`Migrator`], measured: what is run with it is timed, with the results and
//! errors of sqlx. What it [watches](Migrations::watch) is read from the database in the background, so
//! that it is true whoever migrated, and no scrape waits for a database.
//!
//! ```
//! use kymo_migrations::MigrationMetrics;
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//! use sqlx::{
//!     SqlSafeStr, SqlitePool,
//!     migrate::{Migration, MigrationType, Migrator},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! // In a program: `sqlx::migrate!()`.
//! let sql = "CREATE TABLE books (title TEXT)".into_sql_str();
//! let books = Migration::new(1, "books".into(), MigrationType::Simple, sql, false);
//! let migrator = Migrator::with_migrations(vec![books]);
//!
//! let pool = SqlitePool::connect("sqlite::memory:").await?;
//! let migrations = MigrationMetrics::new(&meters).migrations(migrator).of(&pool);
//! let schema = migrations.watch(&pool);
//! migrations.run(&pool).await?;
//!
//! schema.refresh().await;
//! assert!(schema.is_ready());
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"kymo.migration.duration"));
//! assert!(names.contains(&"kymo.migrations"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is counted when
//!
//! | what happens | `kymo.migration.duration` | `kymo.migration.run.duration` | `kymo.migrations` |
//! | --- | --- | --- | --- |
//! | a migration is run | once, `up` | once for all of them | it is `applied` |
//! | one is marked by `skip` | once, `skip` | once, `skip` | it is `applied` |
//! | one is taken back by `undo` | once, `down` | once, `down` | it is `pending` |
//! | there is nothing to do | | once | |
//! | one fails, and is rolled back | once, with its `error.type` | once, with the same | it is `pending` |
//! | one fails on MySQL | once, with its `error.type` | once, with the same | it is `failed` if it changed the schema before, else `pending` |
//! | sqlx refuses to run, as one is `failed` | | once, `dirty` | |
//! | … as one was edited, or is `unknown` | | once, `version_mismatch` or `version_missing` | `mismatch`, `unknown` |
//! | no connection is to be had | | once, such as `pool_timed_out` | |
//! | the run is dropped, or panics | once, `cancelled` or `panic`, if one was under way | once, with the same | as the database has it |
//! | the run is never polled | | | |
//! | another program migrates | | | as the database has it, within the interval |
//! | the database does not answer | | | absent; `kymo.migration.read.errors` counts each time |
//! | the pool is closed | | | absent |
//!
//! `kymo.migration.lock.wait_time` has one value for each run that asked for the lock.
//!
//! # What to know of sqlx
//!
//! - A run that fails does not give back the lock that it holds: PostgreSQL and MySQL keep it until its
//!   connection is closed, and other programs wait that long.
//! - MariaDB does not lock: sqlx asks it to wait for ever in a way that only MySQL understands. Of two
//!   programs that migrate at once one may fail, as it finds the other's migration, which is counted as
//!   its failure.
//! - MySQL shows a migration that is being run as half done. While this process runs it, it is
//!   `pending`; while another does, it is `failed`.
//! - The connections of a pool share SQLite's `sqlite::memory:`, but not a file that is called
//!   `:memory:` in the options: there each has a database of its own.
//!
//! # The SDK must bind
//!
//! Some of it is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops that, without a word. `kymo` sees to it; with this crate alone, enable the
//! feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.

mod buckets;
mod claimed;
mod counts;
mod database_series;
mod direction;
mod either_pool;
mod failure;
mod held_pool;
pub mod key;
pub mod metrics;
mod migration_metrics;
mod migrations;
mod observed;
mod reader;
mod reading;
mod registry;
mod status;
mod timing;
mod under_way;
mod undo;
mod watch;

pub use counts::MigrationCounts;
pub use either_pool::EitherPool;
pub use migration_metrics::MigrationMetrics;
pub use migrations::Migrations;
#[doc(no_inline)]
pub use sqlx::migrate::Migrator;
pub use status::MigrationStatus;
