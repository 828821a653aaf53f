//! The levels of any pool are told for as long as it is there, and hurt nobody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kinds;
mod levels;
mod lifetimes;
mod log;
mod names;
mod pool_meters;
