//! What only real servers, real clients and whole documents can prove.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod cancellation;
mod contract;
mod http_laws;
mod lint;
mod prometheus;
mod stopping;
mod storm;
mod strangers;
mod usage;
