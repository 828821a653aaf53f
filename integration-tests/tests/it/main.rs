//! What only real servers, real clients and whole documents can prove.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]
#![allow(
    clippy::duplicate_mod,
    reason = "the same code is compiled for a bare pool and for a measured one"
)]

mod agreement;
mod arrows;
mod book_cache;
mod both_views;
mod cache_laws;
mod caches;
mod cancellation;
mod configuration;
mod contract;
mod conventions;
mod databases;
mod deadlines;
mod declared;
mod documents;
mod environment;
mod give_up;
mod http_laws;
mod http_questions;
mod layers;
mod lint;
mod markdown;
mod migrations;
mod migrations_laws;
mod orders;
mod outage;
mod own_test;
mod parity;
mod process;
mod prometheus;
mod pushing;
mod questions;
mod receivers;
mod redirects;
mod redis;
mod redis_laws;
mod redis_ledger;
mod redis_names;
mod repositories;
mod repository_laws;
mod road;
mod schema;
mod servers;
mod sources;
mod sql;
mod sqlx_laws;
mod stopping;
mod storm;
mod strangers;
mod usage;
