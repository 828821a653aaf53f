//! Measures every query, transaction and connection of a [sqlx](https://docs.rs/sqlx) pool.
//!
//! [`MeasuredPool`] is a drop-in for [`sqlx::Pool`], of any driver. One line changes, and no query:
//!
//! ```
//! use kymo_sqlx::{DatabaseMetrics, MeasureConnections as _};
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//! use sqlx::sqlite::SqlitePoolOptions;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let options = SqlitePoolOptions::new().max_connections(1).measured();
//! let pool = DatabaseMetrics::new(&meters).pool(options.connect_lazy("sqlite::memory:")?);
//!
//! sqlx::query("CREATE TABLE books (title TEXT)").execute(&pool).await?;
//! let mut transaction = pool.begin().await?;
//! sqlx::query("INSERT INTO books VALUES (?)").bind("Dune").execute(&mut *transaction).await?;
//! transaction.commit().await?;
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"db.client.operation.duration"));
//! assert!(names.contains(&"kymo.db.rows.changed"));
//! # Ok(())
//! # }
//! ```
//!
//! The metrics are those of the OpenTelemetry [database client conventions], and some of our own:
//! see [`metrics`].
//!
//! # What is counted when
//!
//! | what happens | `db.client.operation.duration` | `error.type` |
//! | --- | --- | --- |
//! | the last row came, or the statement was executed | once, then | absent |
//! | there is no such row (`RowNotFound`) | once, then | absent |
//! | the database answered with an error | once, then | by its kind or class, such as `unique_violation` |
//! | no connection was to be had | once, then | `pool_timed_out`, `io` and the like |
//! | a stream or a future was dropped on the way | once, then | `cancelled` |
//! | it panicked | once, when it is dropped | `panic` |
//! | a future was never polled | not at all: nothing was sent | |
//! | `begin`, `commit`, `rollback`, and those of savepoints | once, as `BEGIN`, `COMMIT` and so on | as above |
//!
//! The time starts when a connection is there: the wait for it is `db.client.connection.wait_time`.
//! A batch, which [`sqlx::raw_sql`] can be, is one operation. A statement that is prepared by hand,
//! or described, is not one before it is executed.
//!
//! `kymo.db.rows.changed` counts the rows that the driver reports as affected by a single statement,
//! no batch, which names one table and reads no other: an `INSERT … SELECT` from another table, a
//! `DELETE` with a sub-query on one, and `EXPLAIN ANALYZE` are not counted.
//!
//! Inside a transaction they are counted when it is committed, inside a savepoint when it is
//! released and the transaction committed, and never after a rollback or a drop. It knows that
//! PostgreSQL answers the commit of a transaction in which a statement failed with a rollback, that
//! a deadlock undoes the whole transaction in MySQL and `CREATE TABLE` commits it there, and that
//! `INSERT OR ROLLBACK` may end it in SQLite. Transactions and savepoints that are written by hand
//! are followed as well.
//!
//! Where it is not certain what was committed, less is counted rather than more: after a batch with
//! `BEGIN`, `COMMIT` and the like that failed, was dropped, or was left after its first row, nothing
//! is counted on the connection until the next transaction is begun or ended on it. So it is after the
//! driver's own connection was lent out of a measured one, to a function that takes `&mut PgConnection`,
//! for `COPY`, or to a generic [`Acquire`](sqlx::Acquire): a transaction can be begun, ended or aborted there
//! unseen. A transaction that lent it out and is committed or rolled back counts no rows, and its
//! outcome is `unknown`; a pool's connection counts no rows until it is given back, or a transaction
//! has ended on it. Some things cannot be known:
//!
//! - What transactions are begun and ended inside `DO` blocks, procedures and prepared text.
//! - A commit that was given up, or whose connection broke, and that happened after all: its rows
//!   are not counted, nor are those of any operation that was cancelled.
//! - A transaction by hand that is open when its connection is given back: what is changed on the
//!   connection afterwards is taken to be committed at once.
//! - That autocommit was switched off in MySQL by a text of several statements, or inside a
//!   transaction of sqlx that is over. On the connection itself, `SET autocommit = 0` is followed.
//! - How many rows a statement with `RETURNING` changed of which one row alone is fetched: MariaDB
//!   counts that row, and `Any` none.
//! - The second phase of a commit in two: what `PREPARE TRANSACTION` or `XA PREPARE` leaves for it
//!   is never counted.
//! - That a constraint says `ON CONFLICT ROLLBACK` in the schema of an SQLite database, where a
//!   savepoint is set before the program ends the transaction that is over.
//!
//! # What a query is called
//!
//! `db.query.summary` says what a statement does to which tables, such as `SELECT books` or `INSERT
//! orders SELECT books`, as the conventions put it together. It holds keywords and the names of
//! tables, and never a literal: of a text in which a quote has no end it holds the verb alone. A query
//! can be given a name instead, by a comment that it begins with:
//!
//! ```sql
//! -- name: books_by_author
//! SELECT id, title FROM books WHERE author = $1
//! ```
//!
//! What is read of a text, such as its summary, is kept for good when it came four times, be it of texts that
//! differ in a literal alone: 2,048 readings, of texts of at most 8 KiB each and 1 MiB in all. The 16,384 texts that
//! lead there are known by a hash, and forgotten when they do not come again and others do. As many texts as there are
//! readings are recent; any other text is read. The first 400 summaries of statements
//! that succeeded are kept apart, and 100 more of those that have only failed so far, so that texts which
//! a server refuses leave the places to what works; later ones are `_OTHER`, and counted in
//! `kymo.cardinality.folded`.
//!
//! # The pool
//!
//! Its levels are observed by [`kymo_pool`], which observes those of other pools too.
//!
//! `db.client.connection.wait_time` is the time until a connection was there, and `….use_time` that
//! until it was let go of. sqlx does not tell which connections are new, except to the
//! `after_connect` of the pool itself. So `….create_time` is there for pools whose options are
//! [measured](MeasureConnections::measured), or that call [`connection_opened`]; for others it is part of
//! the wait. Either way:
//!
//! - When the opening of a connection began is not told either. It is taken to be when the pool was
//!   first seen to have room for another one.
//! - Connections are also opened when a pool is made, as `connect` does, and to keep up
//!   `min_connections`. These belong to no request, and their time is not seen. Those that were open when
//!   the pool was measured are counted in `kymo.db.connection.untimed`.
//! - The wait includes the test of an idle connection (`test_before_acquire`) and `before_acquire`.
//! - sqlx tries again when a connection is refused, until the acquire time-out: a server that is
//!   down shows in `db.client.connection.timeouts`, most of other failures to connect in
//!   `kymo.db.connection.errors`.
//! - A connection that is being opened, or tested after its use, counts as `used`.
//!
//! # What is not measured
//!
//! What goes round the measured types is counted: `kymo.db.connection.direct_uses` says how often the bare
//! pool or connection was taken out of them, and beside the layer of `kymo-sqlx-events`, which measures
//! such statements, `kymo.db.unmeasured.operations` says which ran there.
//!
//! - What is done with the pool or the connection that a measured one derefs to: `COPY`, `LISTEN`,
//!   and functions that take `&SqlitePool`, `&mut PgConnection` or the like. Let them take
//!   `&MeasuredPool<Sqlite>`, `&mut MeasuredConnection<'_, Postgres>`, or any [`Executor`].
//! - Statements on what generic code gets through sqlx's trait [`Acquire`](sqlx::Acquire): it demands
//!   the driver's own connection. The wait for it and its use are measured; of a transaction that is
//!   begun so, its beginning.
//! - An error that is made of rows that have arrived, such as that a column is missing: the operation
//!   has succeeded, and a stream that is given up for it was `cancelled`.
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.
//!
//! [database client conventions]: https://opentelemetry.io/docs/specs/semconv/database/database-metrics/

mod buckets;
mod database;
mod handles;
pub mod key;
pub mod metrics;
mod recording;
mod rows;
pub mod told;

pub use database::{
    failure::error_type,
    opening::{MeasureConnections, connection_opened, pool_options},
};
pub use handles::{
    acquire::AcquiredConnection,
    connection::{Measured, MeasuredConnection},
    database_metrics::DatabaseMetrics,
    pool::MeasuredPool,
    pool_connection::MeasuredPoolConnection,
    settings::{PoolSettings, pool_name},
    transaction::MeasuredTransaction,
    weak_pool::WeakMeasuredPool,
};
pub use kymo_pool::PoolNameError;
#[doc(no_inline)]
pub use kymo_sql::System;
#[doc(no_inline)]
pub use sqlx::{Database, Error, Executor, Pool};
