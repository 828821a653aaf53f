//! Grafana's own model of its boards, as `grafana-foundation-sdk` has it for Python.

use std::{fs, path::Path};

use crate::tool;

const SCRIPT: &str = include_str!("grafana/read.py");

/// What the model objects to in these files: fields that it does not know, and values of another type.
///
/// # Panics
///
/// Without the model, which `scripts/tools` puts where it is found, or when a file is no JSON.
pub fn faults<P: AsRef<Path>>(boards: &[P]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("read.py");
    fs::write(&script, SCRIPT).expect("a writable folder");
    let mut command = tool::command("grafana-foundation-sdk", "grafana-foundation-sdk");
    let command = command.arg(script).args(boards.iter().map(AsRef::as_ref));
    let output = command.output().expect("Python starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
    let is_done = lines.pop().is_some_and(|line| line == "done");
    assert!(is_done, "{said}{}", String::from_utf8_lossy(&output.stderr));
    lines
}
