//! A crate declares the compiler that it needs, with what it depends on.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// The compiler that everything takes, and the one that sqlx asks for.
const USUAL: Version = [1, 88];
const OF_SQLX: Version = [1, 94];

type Version = [u32; 2];

/// Whoever turns an optional dependency on is told by cargo what that needs.
#[test]
fn each_crate_asks_for_the_compiler_that_its_dependencies_ask_for() {
    let asked = asked();
    for (name, declared) in members() {
        let dependencies = dependencies(&name);
        let is_of_sqlx = dependencies.iter().any(|(name, _)| name == "sqlx");
        assert_eq!(declared, if is_of_sqlx { OF_SQLX } else { USUAL }, "{name}");
        for dependency in dependencies {
            let needed = asked.get(&dependency).copied().flatten().unwrap_or_default();
            let (other, version) = &dependency;
            assert!(needed <= declared, "{name}: {other} {version} needs Rust {needed:?}");
        }
    }
}

/// The crates of the workspace, with what they declare.
fn members() -> BTreeMap<String, Version> {
    let metadata = metadata(&["--no-deps"]);
    let declared = |package: &Value| {
        let version = version(&package["rust_version"]);
        (
            text(&package["name"]),
            version.unwrap_or_else(|| panic!("{} declares none", package["name"])),
        )
    };
    metadata["packages"].as_array().unwrap().iter().map(declared).collect()
}

/// The version that each package of the lock file asks for, if it says so.
fn asked() -> BTreeMap<(String, String), Option<Version>> {
    let metadata = metadata(&[]);
    let asks = |package: &Value| {
        ((text(&package["name"]), text(&package["version"])), version(&package["rust_version"]))
    };
    metadata["packages"].as_array().unwrap().iter().map(asks).collect()
}

/// The packages that `name` is built with, by its default features; itself among them.
fn dependencies(name: &str) -> Vec<(String, String)> {
    let arguments = ["tree", "--locked", "-p", name, "--edges", "normal,build", "--prefix", "none"];
    let tree = String::from_utf8(cargo(&arguments)).unwrap();
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        (name.to_owned(), version.trim_start_matches('v').to_owned())
    };
    let packages: Vec<_> = tree.lines().filter(|line| !line.is_empty()).map(package).collect();
    assert!(packages.iter().any(|(known, _)| known == name), "{tree}");
    packages
}

fn metadata(more: &[&str]) -> Value {
    let arguments = [&["metadata", "--locked", "--format-version", "1"], more].concat();
    serde_json::from_slice(&cargo(&arguments)).unwrap()
}

fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The major and the minor part, which are all that tells compilers apart here.
fn version(value: &Value) -> Option<Version> {
    let mut parts = value.as_str()?.split('.').map(|part| part.parse().unwrap());
    Some([parts.next()?, parts.next()?])
}
