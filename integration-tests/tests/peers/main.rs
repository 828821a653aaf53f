//! Beside the crates that services come from: what they count, and by which names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod coming_from;
mod differential;
mod page;
mod service;
