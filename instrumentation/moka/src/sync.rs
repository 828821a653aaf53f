//! Blocking caches, for `moka::sync::Cache`.
//!
//! The methods are moka's; what each counts is in the table of the [crate].

// Why the selectors are written once more here is said in `future.rs`.

mod by_ref;
mod cache;
mod loading;
mod owned;

pub use by_ref::MeasuredRefKeyEntrySelector;
pub use cache::MeasuredCache;
pub use owned::MeasuredOwnedKeyEntrySelector;
