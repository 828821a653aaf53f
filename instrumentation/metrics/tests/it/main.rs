//! Everything that the recorder promises, by the macros of the facade.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod composition;
mod cost;
mod descriptions;
mod facade;
mod model;
mod values;
