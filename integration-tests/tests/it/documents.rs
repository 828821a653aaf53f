//! The documents, and the sources they speak of, say the same.

mod arrows;
mod book;
mod claims;
mod configuration;
mod conformance;
mod contract;
mod conventions;
mod features;
mod markdown;
mod own_test;
mod parity;
pub(crate) mod questions;
mod registry;
mod rust_versions;
mod security;
pub(crate) mod sources;
mod troubleshooting;
