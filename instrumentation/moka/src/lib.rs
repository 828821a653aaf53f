//! Caches of [moka](https://docs.rs/moka) that measure themselves.
//!
//! [`MeasureMoka::moka`] wraps a cache of moka. The wrapper has the methods of moka's own, but for those that
//! are deprecated or unstable, with the same results, and tells the logical cache of what goes through
//! it. It does not deref: nothing goes round the count unless it says `inner()`. A `SegmentedCache` is
//! not wrapped: tell a [`Cache`](kymo_cache::Cache) what it does.
//!
//! ```
//! use std::time::Duration;
//!
//! use kymo_moka::MeasureMoka as _;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let meters = opentelemetry_sdk::metrics::SdkMeterProvider::default();
//! let books = kymo_cache::CacheMetrics::new(&meters).cache("books");
//!
//! let cache = moka::future::Cache::builder()
//!     .max_capacity(10_000)
//!     .time_to_live(Duration::from_secs(60))
//!     .eviction_listener(books.eviction_listener())
//!     .build();
//! let cache = books.moka(cache);
//!
//! let title = cache.get_with(7, async { "Dune".to_owned() }).await;
//! # assert_eq!(title, "Dune");
//! # }
//! ```
//!
//! # What is counted when
//!
//! | method | request | load | write |
//! | --- | --- | --- | --- |
//! | `get`, `contains_key` | one | | |
//! | `get_with`, `optionally_get_with`, `try_get_with`, and `or_insert_with` and the like of an entry | one | one, if this call makes it | one, if it loads a value |
//! | `or_insert`, `or_default` of an entry | one | | one, if it was absent |
//! | `and_compute_with`, `and_upsert_with` and the like of an entry | one | | one, if it changes the entry |
//! | `insert` | | | one |
//! | `remove`, `invalidate` | | | one, if there was an entry |
//! | `invalidate_all`, `invalidate_entries_if`, `iter` | | | |
//!
//! A request is a `hit` if the entry was there when it was asked for, and is not loaded again. Who
//! waits for the load of another is a `miss` without a load. If the one that loads is dropped or
//! panics, moka has another that waits load in its place: a second load. A load that finds `None`
//! succeeds, and writes nothing.
//!
//! An entry that a cache was given and does not admit is a write, and then an eviction. moka does not
//! tell how many entries `invalidate_all` and `invalidate_entries_if` took out, so those are no writes.
//! Evictions are counted only by a cache that was built with [`MeasureMoka::eviction_listener`].
//!
//! To tell a hit from waiting for another, what may load asks whether the key is there, which moka does
//! not take for a use of the entry: what it keeps and lets go stays the same.

pub mod future;
mod measure;
mod request;
pub mod sync;

pub use measure::{Measurable, MeasureMoka, eviction_cause};
#[doc(no_inline)]
pub use moka::notification::RemovalCause;
