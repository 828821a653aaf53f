//! The client layer, driven as a tower service and over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

mod attempts;
mod bills;
mod cardinality;
mod client_meters;
mod connections;
mod outcomes;
#[path = "../../../redis/tests/it/places.rs"]
mod places;
mod responses;
mod settings;
mod targets;
mod transparency;
