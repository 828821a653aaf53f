//! The formats, seen from their readers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod allocation;
mod any;
mod document;
mod expected;
mod openmetrics;
mod parser;
mod protobuf;
mod roundtrip;
