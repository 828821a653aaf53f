//! Blocking caches.

mod by_ref;
mod cache;
mod loading;
mod owned;

pub use by_ref::MeasuredRefKeyEntrySelector;
pub use cache::MeasuredCache;
pub use owned::MeasuredOwnedKeyEntrySelector;
