//! The counts of repositories, by hand and by the attribute.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allocation;
mod attribute;
mod bills;
mod budgets;
mod changes;
mod observing;
#[path = "../../../redis/tests/it/places.rs"]
mod places;
mod programs;
mod repository_meters;
mod ui;
