//! Everything that a measured pool promises, on SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod smoke;
