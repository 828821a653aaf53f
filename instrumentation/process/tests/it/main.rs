//! The page about this process, held against what others say of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

mod alone;
mod build_info;
mod cost;
mod delay;
mod names;
mod page;
mod process;
mod runtime;
