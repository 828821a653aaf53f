//! Everything that a logical cache promises, by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod entries;
mod handle;
mod meters;
