//! A process with nobody else in it.

use std::{env, process::Command};

const ALONE: &str = "KYMO_PROCESS_TEST_ALONE";

/// Runs `body`, which belongs to the test `name`, in a process where no other test runs: what a
/// process counts is exact there.
#[track_caller]
pub(crate) fn alone(name: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return body();
    }
    let executable = env::current_exe().unwrap();
    let output = Command::new(executable)
        .args(["--exact", name, "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{errors}");
    assert!(told.contains("1 passed"), "there is no test {name}: {told}");
}
