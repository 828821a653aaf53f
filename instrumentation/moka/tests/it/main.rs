//! Everything that a measured cache of moka promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::duplicate_mod, reason = "the same code is compiled for moka and for us")]

mod allocation;
mod answers;
mod bills;
#[path = "../../../cache/tests/it/cache_meters.rs"]
mod cache_meters;
mod differential;
mod evictions;
mod loads;
#[path = "../../../redis/tests/it/places.rs"]
mod places;
mod size;
mod storms;
