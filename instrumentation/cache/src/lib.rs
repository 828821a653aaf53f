//! One metric set for every cache, whether it is in process, in Redis or anywhere else.
//!
//! A [`Cache`] is a logical cache, as the metrics know it: by a name. Whoever asks, loads and writes
//! tells it so.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use kymo_cache::CacheMetrics;
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let sessions = CacheMetrics::new(&meters).cache("sessions");
//! let mut users: HashMap<u64, String> = HashMap::new();
//!
//! if sessions.lookup(users.get(&7)).is_none() {
//!     let user = sessions.load(async { "Ada".to_owned() }).await;
//!     users.insert(7, user);
//!     sessions.count_writes(1);
//! }
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"kymo.cache.requests"));
//! assert!(names.contains(&"kymo.cache.load.duration"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is counted when
//!
//! | what happens | `kymo.cache.requests` | `kymo.cache.load.duration` |
//! | --- | --- | --- |
//! | the entry was there | `hit` | |
//! | it was not | `miss` | once, if it is loaded |
//! | the cache could not tell, or the lookup was dropped | `error` | |
//! | the load failed | (a `miss` before it) | once, `_OTHER` |
//! | the load was dropped, or panicked | (a `miss` before it) | once, `cancelled` or `panic` |
//! | another was loading it already | `miss` | not again |
//!
//! So misses without a load of their own are misses minus loads: they waited for another's.
//!
//! On the bill of a request, each entry that it asks for is one operation of the kind `cache`, whatever the answer;
//! the time of a load is of the part `cache_load`, as far as nothing else that is measured runs in it, such as a
//! query. Who waits for another's load is waiting.
//!
//! # Caches that tell it by themselves
//!
//! `kymo-moka` wraps caches of moka, and `kymo-redis` reads the replies of Redis. Whoever wraps another
//! kind of cache has [`Cache::start_lookup`], [`Cache::prepare_load`] and [`Cache::watch_kept_entries`].
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.

mod cache;
mod cache_metrics;
mod cache_series;
mod entries;
pub mod key;
mod load;
mod lookup;
pub mod metrics;
mod upkeep;
mod values;

pub use cache::Cache;
pub use cache_metrics::CacheMetrics;
pub use load::Load;
pub use lookup::{Answer, Lookup};
pub use upkeep::{Finished, Job, Upkeep};
pub use values::{CacheResult, EvictionCause};
