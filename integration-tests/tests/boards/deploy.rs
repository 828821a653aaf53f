//! The files of `deploy/` fit each other, and what they run.

mod compose;
mod kubernetes;

use std::{collections::BTreeSet, fs, path::Path};

use integration_tests::{Bookshop, yaml};
use serde_json::Value;

/// The folder.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy"))
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The only document of a file.
fn document(file: &str) -> Value {
    let mut documents = yaml::documents(&read(file));
    assert_eq!(documents.len(), 1, "{file}");
    documents.remove(0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The arguments of a bookshop are those that it has, and it listens to all on this port.
#[track_caller]
fn are_arguments_of_a_bookshop(arguments: &[&str], port: u64) {
    let help = Bookshop::command().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for flag in arguments.iter().filter(|argument| argument.starts_with("--")) {
        assert!(help.contains(&format!("{flag} ")), "the bookshop has no {flag}");
    }
    let listen = arguments.windows(2).find(|pair| pair[0] == "--listen").unwrap()[1];
    assert_eq!(listen, format!("0.0.0.0:{port}"));
}

#[test]
fn the_image_is_of_the_rust_that_the_bookshop_asks_for() {
    let dockerfile = read("Dockerfile");
    let manifest = fs::read_to_string(folder().join("../examples/bookshop/Cargo.toml")).unwrap();
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    assert!(
        dockerfile.contains(&format!("FROM rust:{}-bookworm AS build\n", rust.trim_matches('"')))
    );
    let command = dockerfile.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    let command: Vec<String> = serde_json::from_str(command).unwrap();
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let port = dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    are_arguments_of_a_bookshop(&command, port.parse().unwrap());
}

#[test]
fn every_file_is_told_of() {
    let readme = read("README.md");
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_told =
            name == "README.md" || name == "kubernetes" || readme.contains(&format!("]({name})"));
        assert!(is_told, "{name}");
    }
    for entry in fs::read_dir(folder().join("kubernetes")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("](kubernetes/{name})")), "{name}");
    }
    let sent = read("../.dockerignore");
    assert!(sent.lines().collect::<BTreeSet<_>>().contains("**/target"), "gigabytes would be sent");
}
