//! Reads any bytes as SQL, in every dialect.

#![no_main]

#[path = "../../tests/it/any_text.rs"]
mod any_text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_text::assert_read(bytes));
