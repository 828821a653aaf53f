//! The sources of this repository, as far as the documents speak of them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The names of all tests there are.
pub(crate) fn tests() -> BTreeSet<String> {
    all_tests().into_iter().collect()
}

/// The name of each test there is, so often as it is that of one.
pub(crate) fn all_tests() -> Vec<String> {
    let mut tests = Vec::new();
    for source in ["sdk", "integration-tests", "exporter", "instrumentation"].map(below).concat() {
        let lines: Vec<_> = source.lines().map(str::trim).collect();
        for (n, line) in lines.iter().enumerate() {
            let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
            let attributes = &lines[n.saturating_sub(3)..n];
            if attributes
                .iter()
                .any(|line| line.starts_with("#[test") || line.starts_with("#[tokio::test"))
            {
                tests.extend(name.and_then(|rest| rest.split('(').next()).map(str::to_owned));
            }
        }
    }
    tests
}

/// The text of every Rust file below `folder`.
pub(crate) fn below(folder: &str) -> Vec<String> {
    let files = files(&root().join(folder), "rs");
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Every file below `folder` with this extension that is not made by a build.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files.extend(self::files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
