//! sqlx by its own events, in a process whose subscriber has the layer: SQLite's driver writes them on
//! threads of its own, which know no other subscriber.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::duplicate_mod, reason = "the same code runs on each database")]

mod both;
#[path = "../it/sql/empty_database.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod empty_database;
mod heard;
mod hooks;
mod lent;
mod shapes;
