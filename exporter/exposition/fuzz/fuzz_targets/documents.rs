//! Writes families of any bytes in all formats, and reads the documents strictly.

#![no_main]

#[path = "../../tests/it/any.rs"]
mod any;
#[path = "../../tests/it/any_bytes.rs"]
mod any_bytes;
#[path = "../../tests/it/protobuf/message.rs"]
mod message;
#[path = "../../tests/it/openmetrics/parser.rs"]
mod openmetrics_parser;
#[path = "../../tests/it/parser.rs"]
mod parser;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_bytes::assert_read(bytes));
