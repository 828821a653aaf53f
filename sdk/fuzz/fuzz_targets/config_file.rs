//! Reads any bytes as a configuration file.

#![no_main]

#[path = "../../tests/it/config_file/any_file.rs"]
mod any_file;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_file::assert_read(bytes));
