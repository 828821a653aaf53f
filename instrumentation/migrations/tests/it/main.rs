//! Everything that measured migrations promise, on a database in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod budgets;
mod locks;
mod migration_meters;
mod names;
mod status;
