//! One OpenTelemetry API in the program.

use std::{env, path::Path};

use crate::lifecycle::lock_file::LockFile;

/// Asserts that the `Cargo.lock` of the package that cargo tests has no second OpenTelemetry API: what is
/// recorded through that is lost without a word.
///
/// ```
/// // In a test of the program's own.
/// kymo::testing::assert_one_opentelemetry();
/// ```
///
/// # Panics
///
/// When there is a second one, with its version and whoever brings it; or when there is no `Cargo.lock`,
/// because cargo does not run the test.
#[track_caller]
pub fn assert_one_opentelemetry() {
    let folder = env::var_os(LockFile::VARIABLE).unwrap_or_default();
    let lock_file = LockFile::of(Path::new(&folder));
    assert!(lock_file.is_some(), "there is no Cargo.lock: cargo is to run this test");
    let others = lock_file.iter().flat_map(LockFile::other_apis);
    let others: Vec<_> = others.map(|other| other.to_string()).collect();
    assert!(others.is_empty(), "{}", others.join("; "));
}
