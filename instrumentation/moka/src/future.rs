//! Async caches, for `moka::future::Cache`.
//!
//! The methods are moka's; what each counts is in the table of the [crate].

// There are four selectors of an entry, two here and two in `sync`, with the same methods. moka's own four
// have no trait in common, so that a type of ours over all of them would implement each method four times
// behind a trait, and once more in front of it. None can be made of another: a key that is given away need
// not be `Clone`, and one that is borrowed is cloned only if the entry is made. What a method decides is in
// `request.rs`, once; here is where it is asked.

mod by_ref;
mod cache;
mod loading;
mod owned;

pub use by_ref::MeasuredRefKeyEntrySelector;
pub use cache::MeasuredCache;
pub use owned::MeasuredOwnedKeyEntrySelector;
