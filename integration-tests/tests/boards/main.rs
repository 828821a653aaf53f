//! The boards and the rules before real servers: what they ask is answered.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod asked;
mod demo;
mod deploy;
mod depot;
mod proof;
mod schema;
mod stage;
