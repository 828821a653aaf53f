//! Measures the statements of [sqlx](https://docs.rs/sqlx) by the events that it writes itself.
//!
//! sqlx's drivers report every statement through `tracing`. A layer counts these reports: nothing that a
//! program runs goes round it, whatever its functions take, `&PgPool`, `&mut PgConnection` or a
//! generic executor, and also beneath sea-orm and other crates. No type and no query changes:
//!
//! ```
//! use kymo_sqlx_events::{EventMetrics, EventSettings, System};
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//! use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let settings = EventSettings::new().system(System::Sqlite);
//! tracing_subscriber::registry()
//!     .with(fmt::layer().with_filter(LevelFilter::WARN))
//!     .with(EventMetrics::new(&meters).layer(&settings))
//!     .init();
//!
//! let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?;
//! sqlx::query("CREATE TABLE books (title TEXT)").execute(&pool).await?;
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"db.client.operation.duration"));
//! # Ok(())
//! # }
//! ```
//!
//! It depends on no version of sqlx: the events are the same in 0.7, 0.8 and 0.9.
//!
//! # Two sources
//!
//! | | the measured pool of `kymo-sqlx` | the events of sqlx |
//! | --- | --- | --- |
//! | sqlx | 0.9 | 0.7, 0.8 and 0.9, sea-orm 0.12 to 2.0 |
//! | what changes in the program | the types that are written down | the subscriber, once |
//! | statements on sqlx's own pool and connections | not seen | counted |
//! | duration and returned rows, by summary | yes | yes |
//! | `error.type`, the server's code, cancellation | yes | no: what failed or was given up counts as any other |
//! | system, database, server | of the pool | of [`EventSettings`] |
//! | `BEGIN`, `COMMIT`, `ROLLBACK` | yes | those that a program writes by hand; of sqlx's own, all of MySQL, `COMMIT` and `ROLLBACK` of PostgreSQL, none of SQLite, and none that a drop makes |
//! | what a driver asks by itself: settings of a new connection, types | no | yes |
//! | `COPY` | no | no |
//! | transactions, rows changed | yes | no |
//! | connections: number, wait, use | yes, by pool | the wait, if the pool has an `acquire_time_level`; not whose |
//!
//! # Together with the measured pool
//!
//! Each statement counts once. What a measured pool, connection or transaction runs is counted by it, with all
//! it knows, and not again by the event, also on SQLite, whose driver writes its events on a thread of its
//! own. What went round it is counted by the event, under the same names, and in
//! `kymo.db.unmeasured.operations` by summary: as long as that is 0, what the measured pool tells of
//! statements is complete. What a driver sends by itself when it opens a connection, the pragmas of
//! SQLite and one `SET` of MySQL, is not among them: nobody could have measured it. What it asks the
//! server in order to run a measured statement, such as for a type, is part of that. What a measured
//! migrator runs is counted as statements, and is not among them either: it is measured as migrations.
//!
//! What takes the bare connection out of a measured one of sea-orm is told to its metric callback too: a statement
//! is recorded by whichever comes first, and counted as one that went round; where no event comes, it is
//! recorded all the same. What the program's own hooks of the pool run while sea-orm waits for a connection, such
//! as `after_connect`, and the `SET TRANSACTION` of `begin_with_config`, went round too. On SQLite they are taken
//! for part of the measured statement, and counted by nobody: its driver does not tell which one it runs.
//!
//! All of this is of the process, and not of one telemetry: of two, the events of each leave out what a pool of
//! either has measured, and once there was a measured pool, what nobody measures has gone round, also after that
//! pool is gone. A program that itself sends, letter by letter, what a driver sends to open a connection is taken
//! for the driver.
//!
//! SQLite's driver is told of a claim by a subscriber that stands in for that of the thread while the driver is
//! given a statement. It hands everything on. Nothing of the program runs there but a hook of a pool beneath
//! sea-orm.
//!
//! # What a statement is called
//!
//! As the measured pool calls it: `db.query.summary` is `SELECT books`, or the name in a comment that the
//! statement begins with, within the same limits. Which system a statement goes to is not told, and decides
//! what is a name and what a value in it: name it in [`EventSettings::system`]. Otherwise
//! `db.system.name`, which the conventions require, is `other_sql`, and no name in quotes is shown.
//!
//! # What keeps events away
//!
//! The layer has a filter of its own, so a filter of another layer does not concern it, and it changes
//! nothing of what is logged. No event comes, however, where
//!
//! - a filter is for the whole subscriber, such as `registry().with(EnvFilter::…)`, and does not let
//!   `sqlx::query` through at the level `DEBUG`: give it to the layer that logs, by `with_filter`, or add
//!   the directive `sqlx::query=debug`;
//! - a feature of `tracing` removes that level from the program, such as `max_level_info` or
//!   `release_max_level_info`;
//! - the connections are not to log: `ConnectOptions::log_statements(LevelFilter::Off)`.
//!
//! Of the first two a warning is logged when the subscriber is made, which says what to change: once for each
//! subscriber. A layer inside an `Option` or a `Vec` is not told which one it is in, and is looked for in that of
//! the whole program for a second; otherwise [`Reception::now`] tells. Of the third a warning is logged
//! when such a pool is measured by `kymo-sqlx` and the layer is there already. `ConnectOptions::sqlx_logging(false)`
//! of sea-orm is the same, and cannot be seen from outside. Statements of such a connection that no measured type
//! runs are counted by nobody but the callback of sea-orm, and never in `kymo.db.unmeasured.operations`.
//!
//! # What cannot be read
//!
//! `kymo.db.events.unread` counts events under sqlx's targets that are not as sqlx writes them. What can be
//! read of them is recorded: a statement without a readable text has no summary, and one without a duration
//! is counted there alone. A layer that is added twice records once, and two telemetries both record, each
//! with its own meters.

mod announcement;
mod courier;
mod couriers;
mod event_metrics;
mod filter;
mod identity;
pub mod key;
mod layer;
pub mod metrics;
mod no_span;
mod on_registry;
mod opening;
mod origin;
mod question;
mod reception;
mod recorder;
mod series;
mod settings;
mod statement_reading;
mod taken;
mod target;
mod text;
mod wait_reading;

pub use event_metrics::EventMetrics;
pub use filter::EventFilter;
#[doc(no_inline)]
pub use kymo_sql::System;
pub use layer::{EventLayer, SqlxEvents};
pub use on_registry::OnRegistry;
pub use reception::Reception;
pub use settings::EventSettings;
