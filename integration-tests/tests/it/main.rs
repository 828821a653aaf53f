//! Proofs that need real servers, real clients and whole documents.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]
#![allow(
    clippy::duplicate_mod,
    reason = "the same code is compiled for a bare pool and for a measured one"
)]

mod bookshop;
mod cache;
mod documents;
mod exemplars;
mod http;
mod laws;
mod migrations;
mod push;
mod redis;
mod repository;
mod scrape;
mod sql;
