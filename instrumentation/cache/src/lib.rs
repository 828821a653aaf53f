//! One metric set for every cache.

pub mod metrics;
mod scope;
