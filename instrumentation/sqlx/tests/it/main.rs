//! Everything that a measured pool promises, on SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod act;
mod meters;
mod outcomes;
mod programs;
mod rows_changed;
mod transactions;
