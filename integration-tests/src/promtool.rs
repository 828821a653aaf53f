//! The linter of Prometheus itself, for metrics and for rules.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The verdict of `promtool check metrics` on a scrape.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// 0 is praise, 1 a document that cannot be read, 3 a finding of the linter.
    pub code: i32,
    /// The findings, one per line.
    pub findings: String,
}

impl Verdict {
    /// Whether the document could be read, findings or not.
    pub fn parsed(&self) -> bool {
        self.code == 0 || self.code == 3
    }
}

/// The objections of `promtool check rules` to a file of rules, and those of `promtool test rules` to what
/// they give in these tests, whose file they are beside; `None` where there are none.
///
/// # Panics
///
/// Without promtool: it comes with Debian's `prometheus`.
pub fn check_rules(rules: &str, tests: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("a writable folder");
        file
    };
    let rules = run("check", &write(RULES, rules));
    let tests = run("test", &write("tests.yml", tests));
    let objections: Vec<_> = [rules, tests].into_iter().flatten().collect();
    (!objections.is_empty()).then(|| objections.join("\n"))
}

/// The name of the file of rules, as its tests mention it.
pub const RULES: &str = "rules.yml";

fn run(command: &str, file: &Path) -> Option<String> {
    let output = Command::new("promtool")
        .args([command, "rules"])
        .arg(file)
        .output()
        .expect("promtool starts; it comes with Debian's package prometheus");
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

/// Runs `promtool check metrics` on a document in the text format.
///
/// # Panics
///
/// Without promtool: it comes with Debian's `prometheus`.
pub fn check_metrics(text: &str) -> Verdict {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts; it comes with Debian's package prometheus");
    let mut input = child.stdin.take().expect("a pipe");
    // It stops reading at the first fault.
    let _ = input.write_all(text.as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("promtool ends");
    let findings = [output.stdout, output.stderr].concat();
    Verdict {
        code: output.status.code().unwrap_or(-1),
        findings: String::from_utf8_lossy(&findings).into_owned(),
    }
}

/// Runs `promtool check config` on a file, and gives back what it says.
///
/// # Errors
///
/// What it objects to.
///
/// # Panics
///
/// Without promtool.
pub fn check_config(file: &Path) -> Result<String, String> {
    let output = Command::new("promtool").args(["check", "config"]).arg(file).output();
    let output = output.expect("promtool starts; it comes with Debian's package prometheus");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}
