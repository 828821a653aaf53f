//! Everything that a logical cache promises, by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bills;
mod cache_meters;
mod entries;
mod handle;
#[path = "../../../redis/tests/it/places.rs"]
mod places;
