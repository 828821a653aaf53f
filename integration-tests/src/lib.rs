//! Real servers, real clients, and a strict reader of what they say.
//!
//! - [`Scrape`] reads a `/metrics` page and finds values by name and labels.
//! - [`Bookshop`] and [`Prometheus`] are real processes on free ports, always stopped.
//! - [`only_declared`] holds a page against the declared attribute keys.
//! - [`load::run`] sends requests and knows how many it sent.
//! - [`mod@reference`] writes the list of metrics.
//! - [`promtool`] is the linter of Prometheus.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says why and fails"
)]

mod bookshop;
mod client;
mod declared;
mod executable;
pub mod load;
mod patience;
mod process;
mod prometheus;
pub mod promtool;
pub mod reference;
mod scrape;

pub use crate::{
    bookshop::{Bookshop, Stopped},
    client::{Answer, Client},
    declared::only_declared,
    patience::eventually,
    process::{Process, Signal},
    prometheus::{Prometheus, Sampled},
    scrape::{Family, Kind, Malformed, Sample, Scrape},
};

/// The programs of the README, which compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
