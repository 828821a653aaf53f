//! The formats, seen from their readers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod allocation;
mod any;
mod any_bytes;
mod corpus;
mod document;
mod escaping;
mod expected;
mod given;
mod native;
mod openmetrics;
mod parser;
mod protobuf;
mod readers;
mod repeated;
mod roundtrip;

use {openmetrics::parser as openmetrics_parser, protobuf::message};
