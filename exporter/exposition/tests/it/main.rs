//! The text format, seen from its readers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod allocation;
mod any;
mod document;
mod expected;
mod parser;
mod roundtrip;
