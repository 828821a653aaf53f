//! Everything that a measured pool promises, on SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod act;
mod bills;
mod by_hand;
mod cardinality;
mod database_meters;
mod direct_uses;
mod gauges;
mod generic;
mod identity;
mod names;
mod outcomes;
mod programs;
mod returned_rows;
mod rooms;
mod rows_changed;
mod transactions;
mod waiting;
