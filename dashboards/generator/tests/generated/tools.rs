//! What tests ask other programs.

use std::{
    path::Path,
    process::{Command, Output},
};

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Runs promtool in a folder.
pub(crate) fn promtool(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("promtool");
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("promtool; scripts/tools installs it")
}

#[track_caller]
pub(crate) fn succeeds(output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
