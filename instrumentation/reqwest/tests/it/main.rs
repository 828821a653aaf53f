//! The middleware, with clients of reqwest and real servers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

mod attempts;
mod client_meters;
mod endings;
mod redirects;
mod server;
mod transparency;
