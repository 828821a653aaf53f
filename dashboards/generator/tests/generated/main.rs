//! What is made is right, and is what the repository has.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod alerts;
mod boards;
mod editions;
mod repository;
mod tools;
