//! The counts and the bills of units of work.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bill;
mod running;
mod work_meters;
