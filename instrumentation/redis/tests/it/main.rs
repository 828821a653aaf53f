//! Everything that a measured connection promises, whatever the server does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
mod bills;
mod cardinality;
mod identity;
mod outcomes;
mod places;
mod redis_meters;
mod scripted;
mod transparency;
