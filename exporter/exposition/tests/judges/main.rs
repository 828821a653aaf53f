//! Readers of other makers take every document, and read what was written.
//!
//! `scripts/tools` puts them where they are found.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod documents;
mod expfmt;
mod prometheus_client;
mod promtool;

#[path = "../it/any.rs"]
mod any;
#[path = "../it/protobuf/message.rs"]
mod message;
#[path = "../it/openmetrics/parser.rs"]
mod openmetrics;
#[path = "../it/parser.rs"]
mod parser;
#[path = "../../../../integration-tests/src/tool.rs"]
mod tool;
