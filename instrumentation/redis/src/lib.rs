//! Measures every command of a [redis](https://docs.rs/redis) connection, and what it finds.
//!
//! [`MeasuredConnection`] is a [`ConnectionLike`] made of another: a multiplexed one, a connection
//! manager, a cluster's, one that a sentinel told of, or what a pool hands out. One line changes,
//! and no command:
//!
//! ```
//! use kymo_cache::CacheMetrics;
//! use kymo_redis::{RedisMetrics, RedisSettings};
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//!
//! # async fn run() -> redis::RedisResult<()> {
//! use redis::AsyncCommands;
//!
//! let meters = SdkMeterProvider::default();
//! let metrics = RedisMetrics::new(&meters, &CacheMetrics::new(&meters));
//!
//! let client = redis::Client::open("redis://127.0.0.1/")?;
//! let settings = RedisSettings::new().server_of(client.get_connection_info()).cache("books");
//! let connection = client.get_multiplexed_async_connection().await?;
//! let mut connection = metrics.redis(&settings).connection(connection);
//!
//! let title: Option<String> = connection.get("book:1").await?;
//! # Ok(())
//! # }
//! ```
//!
//! The metrics are `db.client.operation.duration` of the OpenTelemetry [conventions for Redis], see
//! [`metrics`], and those of [`kymo_cache`].
//!
//! # What is counted when
//!
//! | what happens | `db.client.operation.duration` | `error.type` |
//! | --- | --- | --- |
//! | the reply came | once, then | absent |
//! | the reply is an error, or has one in it | once, then | what the error begins with, such as `WRONGTYPE` |
//! | the connection was lost, refused, or too slow | once, then | `connection_lost`, `connection_refused`, `timeout` |
//! | the future was dropped on the way | once, then | `cancelled` |
//! | it panicked | once, when it is dropped | `panic` |
//! | the future was never polled | not at all: nothing was sent | |
//!
//! `db.operation.name` is the command, of a container with its subcommand, such as `CLIENT LIST`,
//! from a closed table; what is not in the table is `_OTHER`. A pipeline is one operation: `PIPELINE`
//! or, if it is atomic, `MULTI`, with the command behind it if all of its commands are the same, or
//! it has one alone. It fails by the first of its errors, also where
//! [`ignore_errors`](redis::Pipeline::ignore_errors) hands it on. A script that is invoked is
//! `EVALSHA`; where the server does not know it, three operations: an `EVALSHA` that fails with
//! `NOSCRIPT`, `SCRIPT LOAD` and `EVALSHA` again.
//!
//! Time that a command spends blocked, such as `BLPOP`, is part of its duration. A cluster's
//! connection follows redirects by itself: the command is one, and its time that of all hops. With the
//! feature `cluster`, `Redis::cluster` opens one whose redirects are counted, in
//! [`kymo.redis.redirects`](metrics::REDIRECTS).
//!
//! On the bill of a request, a command or a pipeline is one operation of the kind `redis`, and its time is of the
//! part `redis`; each entry that it asks caches for is one of the kind `cache`.
//!
//! # What the replies tell of caches
//!
//! Every key belongs to one logical cache or to none, by [`RedisSettings`]. What was asked for and
//! found is a `hit`, what was not there a `miss`, what was not answered an `error`, one for each key
//! or field: of `GET` and the like by a nil, of `MGET` and `HMGET` by each, of `EXISTS` by its
//! number. `kymo.cache.writes` counts the entries that `SET`, `MSET`, `DEL` and the like changed,
//! as far as the reply says so. Inside pipelines it is the same.
//!
//! Not counted, because it is not an entry that is asked for or written as a whole:
//!
//! - what is in lists, sets, sorted sets, streams and the types of modules, beside documents of JSON;
//! - parts that are read, such as by `GETRANGE` or `HKEYS`, and what is known of a value, such as by
//!   `STRLEN` or `TTL`;
//! - what is changed inside a document, such as by `JSON.NUMINCRBY`, and bits;
//! - `RENAME`, `MOVE`, and `COPY` to another database.
//!
//! Not counted, because nobody says:
//!
//! - what scripts, functions and `FLUSHDB` do, and what `EXPIRE` will have done;
//! - commands after a `MULTI` that is sent by hand: their replies are inside that of `EXEC`;
//! - `EXISTS`, `TOUCH`, `DEL` and `UNLINK` of keys of several caches, if some were there and some not;
//! - `SET` with `GET` on a condition of digests, if there was a value: the reply is that value;
//! - what the server lets go by itself: watch its `evicted_keys` and `expired_keys`.
//!
//! # What is not measured
//!
//! - What is sent through [`MeasuredConnection::get_mut`], such as subscriptions.
//! - Opening a connection, and what a connection manager does to open it again.
//! - Blocking connections ([`redis::Connection`]).
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.
//!
//! [conventions for Redis]: https://opentelemetry.io/docs/specs/semconv/database/redis/

mod caches;
#[cfg(feature = "cluster")]
mod cluster;
mod command;
mod connection;
mod failure;
mod guard;
pub mod key;
pub mod metrics;
mod operation;
mod recorder;
mod redis_handle;
mod redis_metrics;
mod reply;
mod request;
mod series;
mod server;
mod settings;

#[cfg(feature = "cluster")]
pub use cluster::ClusterNode;
pub use connection::MeasuredConnection;
pub use guard::Guard;
#[doc(no_inline)]
pub use redis::aio::ConnectionLike;
pub use redis_handle::Redis;
pub use redis_metrics::RedisMetrics;
pub use settings::RedisSettings;
