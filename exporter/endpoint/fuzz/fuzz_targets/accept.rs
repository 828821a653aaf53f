//! Reads any lines as what a client accepts.

#![no_main]
#![allow(dead_code, reason = "the endpoint uses the rest")]

#[path = "../../src/negotiation/any_header.rs"]
mod any_header;
#[path = "../../src/dialect.rs"]
mod dialect;
#[path = "../../src/list.rs"]
mod list;
#[path = "../../src/media_range.rs"]
mod media_range;
#[path = "../../src/negotiation.rs"]
mod negotiation;
#[path = "../../src/offer.rs"]
mod offer;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_header::assert_answered(bytes));
