//! Times the methods of a service's repositories, and counts the changes of the entities in them.
//!
//! A [`Repository`] is observed method by method, by hand or by the attribute [`macro@repository`], and
//! says what it inserted, updated and deleted.
//!
//! ```
//! use kymo_repository::{ChangeSet, Entity, Repository, RepositoryMetrics};
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//!
//! struct Books {
//!     titles: Vec<String>,
//!     repository: Repository,
//!     book: Entity,
//! }
//!
//! #[kymo_repository::repository("books", crate = kymo_repository)]
//! impl Books {
//!     async fn insert(&mut self, titles: Vec<String>) -> Result<(), &'static str> {
//!         let mut changes = ChangeSet::default();
//!         changes.insert(&self.book, titles.len() as u64);
//!         if titles.iter().any(String::is_empty) {
//!             return Err("a book without a title");
//!         }
//!         self.titles.extend(titles);
//!         changes.commit();
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let repository = RepositoryMetrics::new(&meters).described::<Books>();
//! let book = repository.entity("book");
//! let mut books = Books { titles: Vec::new(), repository, book };
//! books.insert(vec!["Dune".to_owned(), "Emma".to_owned()]).await?;
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"kymo.repository.operation.duration"));
//! assert!(names.contains(&"kymo.repository.entity.changes"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is counted when
//!
//! | what happens | `kymo.repository.operation.duration` |
//! | --- | --- |
//! | a method gives an answer | once |
//! | it gives an error | once, under the name of the error, or `_OTHER` |
//! | its future is dropped | once, `cancelled`; never polled, it is nothing |
//! | it unwinds | once, `panic` |
//!
//! On the bill of a request, a call is one operation of the kind `repository`; its time is that of what it does.
//!
//! | what happens | `kymo.repository.entity.changes` |
//! | --- | --- |
//! | rows are changed outside of any transaction | as many, when it is said: [`Entity::inserted`] |
//! | a transaction is committed | all that its [`ChangeSet`] noted |
//! | it is rolled back, dropped, or its commit fails | nothing |
//! | the database changes more rows by itself, as `ON DELETE CASCADE` does | nothing: it does not tell |
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.

mod change_set;
mod described;
mod entity;
mod error_types;
pub mod key;
mod known_method;
mod method;
pub mod metrics;
#[doc(hidden)]
pub mod probe;
mod repository;
mod repository_metrics;
mod series;

pub use change_set::ChangeSet;
pub use described::Described;
pub use entity::Entity;
pub use error_types::ErrorTypes;
pub use kymo_macros::repository;
pub use method::{Method, Observed};
pub use repository::Repository;
pub use repository_metrics::RepositoryMetrics;
