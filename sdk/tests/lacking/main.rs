//! What those are told who ask for a feature that is off: by the compiler for a method, at start-up for a variable.
//!
//! The programs beside this test are checked against kymo with its default features, also where the test
//! itself is built with others.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

#[test]
fn a_method_that_is_lacking_is_told_by_the_compiler_with_the_feature_that_brings_it() {
    let kymo = checked_with_default_features();
    for program in ["builder", "handle"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lacking");
        let told = told(&folder.join(program).with_extension("rs"), &kymo);
        let kept = folder.join(program).with_extension("stderr");
        if env::var_os("TRYBUILD").is_some_and(|wish| wish == "overwrite") {
            std::fs::write(&kept, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&kept).unwrap(), "{}", kept.display());
    }
}

#[test]
fn a_web_config_file_that_nobody_would_follow_keeps_the_program_from_starting() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--quiet", "--package", "hello", "--message-format=json"]);
    let lines = succeeded(&mut cargo);
    let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let programs: Vec<_> = messages.filter(|it| it["executable"].is_string()).collect();
    let [program] = &programs[..] else { panic!("{programs:?}") };
    // Should it start all the same, it ends.
    let mut hello = Command::new("timeout");
    hello.args(["10", text(&program["executable"])]);
    hello.env("KYMO_EXPORTER_PROMETHEUS_WEB_CONFIG_FILE", "web-config.yml");
    let Output { status, stderr, .. } = hello.output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{told}");
    for word in ["`access` of kymo", "KYMO_EXPORTER_PROMETHEUS_WEB_CONFIG_FILE", "web-config.yml"] {
        assert!(told.contains(word), "{told}");
    }
}

/// The metadata of kymo with its default features, from the folder where cargo builds everything.
fn checked_with_default_features() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--locked", "--quiet", "--package", "kymo", "--lib"]);
    let lines = succeeded(cargo.arg("--message-format=json"));
    let mut messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let artifact = messages.rfind(|it| it["reason"] == "compiler-artifact").unwrap();
    assert_eq!(artifact["target"]["name"], "kymo", "{artifact}");
    assert_eq!(artifact["features"], serde_json::json!(["default", "http", "prometheus"]));
    artifact["filenames"][0].as_str().unwrap().into()
}

/// The messages of the compiler about `program`, without the lines where something is in kymo.
fn told(program: &Path, kymo: &Path) -> String {
    let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler.args(["--edition=2024", "--emit=metadata", "--error-format=json"]);
    // A folder from which the source of kymo is not found: its lines move.
    let folder = env!("CARGO_TARGET_TMPDIR");
    compiler.current_dir(folder).arg("--out-dir").arg(folder).arg(program);
    compiler.arg(format!("--extern=kymo={}", kymo.display()));
    compiler.arg(format!("-Ldependency={}", kymo.parent().unwrap().display()));
    let Output { status, stderr, .. } = compiler.output().unwrap();
    assert!(!status.success(), "{} compiles", program.display());
    let messages = String::from_utf8(stderr).unwrap();
    let errors = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    errors.filter(|error| !error["code"].is_null()).map(|error| shown(&error)).collect()
}

/// An error with what it points at, and what is said about that: the words of the compiler.
fn shown(error: &Value) -> String {
    let parts = std::iter::once(error).chain(error["children"].as_array().unwrap());
    parts.map(part).collect::<String>() + "\n"
}

fn part(part: &Value) -> String {
    let mut lines = format!("{}: {}\n", text(&part["level"]), text(&part["message"]));
    for span in part["spans"].as_array().unwrap() {
        for line in span["text"].as_array().unwrap() {
            let (code, bound) = (text(&line["text"]), |key: &str| line[key].as_u64().unwrap());
            let marks: usize =
                (bound("highlight_end") - bound("highlight_start")).try_into().unwrap();
            let indent: usize = bound("highlight_start").try_into().unwrap();
            let label = text(&span["label"]);
            let marks = "^".repeat(marks);
            lines += &["| ", code, "\n|", &" ".repeat(indent), &marks, " ", label, "\n"].concat();
        }
    }
    lines
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn succeeded(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}
