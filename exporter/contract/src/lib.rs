//! The contract of a service with whoever looks at its metrics: what it emits, and who relies on that.
//!
//! A [`Lock`] lists what a service emits, a fact a line, in a text that is reviewed like code. A
//! [`Contract`] holds a service to the lock in a file, and dashboards of Grafana and rules of Prometheus to
//! what is in there:
//!
//! ```
//! use kymo_contract::{Contract, Lock};
//! use kymo_core::metrics::CARDINALITY_FOLDED;
//!
//! let folder = tempfile::tempdir().unwrap();
//! let emitted = Lock::of_declared([&CARDINALITY_FOLDED]);
//! let file = folder.path().join("kymo.lock");
//! std::fs::write(&file, emitted.to_string()).unwrap();
//! Contract::of(&file).assert_kept(&emitted);
//! ```
//!
//! A service depends on `kymo` with the feature `testing`, which has it as `kymo::testing::contract`.
//!
//! It is for tests: what does not hold panics, with a message for whoever reads the test's output.

mod change;
mod contract;
mod documents;
mod finding;
mod labels;
mod lock;
mod lock_text;
mod promise;
mod promql;
mod query;
mod vocabulary;
mod yaml;

pub use contract::Contract;
pub use kymo_bridge::Translator;
pub use lock::{Emits, Lock};
