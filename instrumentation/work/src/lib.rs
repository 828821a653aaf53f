//! Tells where the time of a job or a consumer goes, and what it asks for.
//!
//! A [`UnitOfWork`] is what a program does again and again without a request: a job that a clock starts, a
//! message of a queue, a batch. It has a bill, as a request of HTTP has: the seconds that went to SQL, to Redis, to
//! other services and to its own code, how many of them it asked for, and which query it repeated.
//!
//! ```
//! use kymo_work::WorkMetrics;
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//!
//! async fn index(books: &[&str]) -> Result<usize, std::io::Error> {
//!     Ok(books.len())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let reindex = WorkMetrics::new(&meters).unit_of_work("reindex");
//! let indexed = reindex.run_result(index(&["Dune", "Emma"])).await?;
//! assert_eq!(indexed, 2);
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"kymo.unit_of_work.duration"));
//! assert!(names.contains(&"kymo.unit_of_work.time"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is counted when
//!
//! | what happens | `kymo.unit_of_work.duration` |
//! | --- | --- |
//! | the future gives an answer | once |
//! | it gives an error to [`run_result`](UnitOfWork::run_result) | once, `timeout` if the error says so, else `_OTHER` |
//! | its answer has a name by [`run_with`](UnitOfWork::run_with) | once, under that name |
//! | it is dropped | once, `cancelled`; never polled, it is nothing |
//! | it unwinds, be it while it is dropped | once, `panic` |
//!
//! The bill is recorded with it, however it ended, and its parts add up to the duration.
//!
//! # What is in the bill
//!
//! All that the instrumentations of kymo measure while the future is polled or dropped. What it spawns is not, unless
//! it [carries](kymo_core::carry) the account. Of a unit within another, or within a request, the inner one has
//! the operations, and to the outer one its time is its own code's or a wait.
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.

mod failure;
pub mod key;
pub mod metrics;
mod recording;
mod running;
mod series;
mod unit_of_work;
mod work;
mod work_metrics;

pub use unit_of_work::UnitOfWork;
pub use work_metrics::WorkMetrics;
