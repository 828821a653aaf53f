//! Real servers, real clients, and a strict reader of what they say.
//!
//! - [`Scrape`] reads a `/metrics` page and finds values by name and labels.
//! - [`Bookshop`], [`Prometheus`], [`Rotel`] and [`VictoriaMetrics`] are real processes on free
//!   ports, always stopped.
//! - [`Postgres`] and [`MariaDb`] are real [`Database`] servers, to be killed, frozen and restarted.
//! - [`Redis`] and [`RedisCluster`] are real too, and so is whom [`RedisSentinel`] watches.
//! - [`Browser`] is Chromium, and a [`Tab`] of it keeps what goes wrong in a page.
//! - [`mod@attack`] is what clients do to listeners that mean them ill.
//! - [`Receiver`] takes OTLP in this process, as badly as a test wishes.
//! - [`otlp::Point`] is what either of the two collectors was told.
//! - [`only_declared`] holds a page against the declared attribute keys.
//! - [`load::run`] sends requests and knows how many it sent.
//! - [`mod@reference`] writes the list of metrics, and [`mod@conformance`] what holds each requirement.
//! - [`mod@registry`] writes what OpenTelemetry Weaver reads, and [`weaver`] has its schema.
//! - [`promtool`] is the linter of Prometheus, and [`python`] another strict reader; [`mdbook`] makes the guide.
//! - [`grafana`] reads boards, and [`yaml`] what is deployed.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says why and fails"
)]

pub mod attack;
mod bookshop;
mod browser;
mod client;
pub mod conformance;
mod database;
mod declared;
mod executable;
pub mod grafana;
pub mod load;
pub mod mdbook;
pub mod otlp;
mod patience;
mod port;
mod process;
mod prometheus;
pub mod promtool;
pub mod python;
pub mod receiver;
mod redis;
pub mod reference;
pub mod registry;
mod rotel;
mod scrape;
mod server;
mod tool;
mod victoria;
pub mod weaver;
pub mod yaml;

pub use crate::{
    bookshop::{Bookshop, Stopped},
    browser::{Browser, Screen, Tab},
    client::{Answer, Client},
    database::{Database, Engine, MariaDb, Postgres, Started},
    declared::only_declared,
    patience::eventually,
    process::{Process, Signal},
    prometheus::{Prometheus, Release, Sampled, StoredExemplar},
    receiver::Receiver,
    redis::{Redis, RedisCluster, RedisSentinel},
    rotel::Rotel,
    scrape::{Family, Kind, Malformed, Sample, Scrape},
    victoria::{Stored, VictoriaMetrics},
};

/// The Rust of the documents, which compiles; a document is compiled once it is listed here.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../docs/caches.md")]
#[doc = include_str!("../../docs/cardinality.md")]
#[doc = include_str!("../../docs/coming-from.md")]
#[doc = include_str!("../../docs/databases.md")]
#[doc = include_str!("../../docs/fleets.md")]
#[doc = include_str!("../../docs/grpc.md")]
#[doc = include_str!("../../docs/http-clients.md")]
#[doc = include_str!("../../docs/jobs.md")]
#[doc = include_str!("../../docs/live.md")]
#[doc = include_str!("../../docs/http.md")]
#[doc = include_str!("../../docs/instrumenting.md")]
#[doc = include_str!("../../docs/migrations.md")]
#[doc = include_str!("../../docs/objectives.md")]
#[doc = include_str!("../../docs/otlp.md")]
#[doc = include_str!("../../docs/process.md")]
#[doc = include_str!("../../docs/repositories.md")]
#[doc = include_str!("../../docs/scrape.md")]
#[doc = include_str!("../../docs/security.md")]
#[doc = include_str!("../../docs/start.md")]
#[doc = include_str!("../../docs/testing.md")]
#[doc = include_str!("../../docs/upgrading.md")]
#[doc = include_str!("../../docs/why-is-it-slow.md")]
struct Documents;
