//! The attribute on methods of every kind.

mod futures;
mod generic;
mod inherent;
mod providers;
mod traits;
