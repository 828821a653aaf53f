//! The linter of Prometheus, and its reader of OpenMetrics.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use kymo_exposition::{Format, Scheme};

use crate::documents;

#[test]
fn prometheus_makes_blocks_of_openmetrics() {
    // This version of it knows no names in quotes, and wants a time for each sample.
    let legal = [Scheme::Underscores, Scheme::Dots, Scheme::Values];
    let folder = tempfile::tempdir().unwrap();
    for (index, mut families) in documents::families(BLOCKS).into_iter().enumerate() {
        families.iter_mut().flat_map(|family| &mut family.series).for_each(|series| {
            series.timestamp = Some(1_700_000_000_000);
        });
        let scheme = legal[index % legal.len()];
        let document = documents::write(&families, Format::OpenMetrics100, scheme);
        let file = folder.path().join("document");
        fs::write(&file, &document).unwrap();
        let output = Command::new("promtool")
            .args(["tsdb", "create-blocks-from", "openmetrics"])
            .arg(&file)
            .arg(folder.path().join(format!("{index}")))
            .output()
            .expect("promtool starts; scripts/tools installs it");
        let objection = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&document);
        assert!(output.status.success(), "{objection}\n{text}");
    }
}

#[test]
fn promtool_reads_text() {
    let legal = [Scheme::Underscores, Scheme::Dots, Scheme::Values];
    for (index, families) in documents::families(DOCUMENTS).iter().enumerate() {
        let document = documents::write(families, Format::Text004, legal[index % legal.len()]);
        let mut child = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("promtool starts; scripts/tools installs it");
        // It stops reading at the first fault.
        let _ = child.stdin.take().unwrap().write_all(&document);
        let output = child.wait_with_output().unwrap();
        // 3 says that it has read it all, and knows better names.
        let objection = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&document);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{objection}\n{text}");
    }
}

/// Each is a program that starts.
const DOCUMENTS: usize = 1_000;
/// Each block costs a process that writes files.
const BLOCKS: usize = 200;
