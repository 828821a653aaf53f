//! Measures every command of a [redis](https://docs.rs/redis) connection, and what it finds.

#[allow(dead_code, reason = "for the connection")]
mod caches;
#[allow(dead_code, reason = "for the connection")]
mod command;
pub mod metrics;
#[allow(dead_code, reason = "for the connection")]
mod reply;
mod scope;
