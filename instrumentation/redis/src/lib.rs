//! Measures every command of a [redis](https://docs.rs/redis) connection, and what it finds.

pub mod metrics;
mod scope;
