use std::fs;

use super::*;

/// As cargo writes it: a version is told where there are several.
const TWO: &str = r#"
version = 4

[[package]]
name = "axum-otel-metrics"
version = "0.14.0"
dependencies = [
 "opentelemetry 0.32.0",
 "tower",
]

[[package]]
name = "kymo"
version = "0.1.0"
dependencies = [
 "kymo-core",
 "opentelemetry 0.33.1",
]

[[package]]
name = "opentelemetry"
version = "0.32.0"
source = "registry+https://index.example"
checksum = "00"

[[package]]
name = "opentelemetry"
version = "0.33.1"
dependencies = [
 "tracing",
]

[[package]]
name = "opentelemetry-prometheus"
version = "0.32.0"
dependencies = [
 "opentelemetry 0.32.0",
]
"#;

#[test]
fn a_second_api_is_found_with_whoever_records_through_it() {
    let others = LockFile::read(TWO).other_apis();
    let told: Vec<_> = others.iter().map(OtherApi::to_string).collect();
    assert_eq!(
        told,
        [
            "Cargo.lock has opentelemetry 0.32.0 beside 0.33.1, which is kymo's: what axum-otel-metrics \
          records through it is lost without a word; docs/upgrading.md says which versions go together"
        ]
    );
}

#[test]
fn one_api_is_none_too_many_and_neither_is_a_program_without_kymo() {
    let one = TWO.replace("0.32.0", "0.33.1");
    let without = TWO.replace("\"kymo\"", "\"other\"");
    for lock in
        ["", "[[package]]", &one, &without, "name = \"opentelemetry\"", "\u{feff}dependencies = ["]
    {
        assert_eq!(LockFile::read(lock).other_apis(), [], "{lock}");
    }
}

#[test]
fn the_lock_file_is_that_of_the_workspace_around_the_package() {
    let folder = std::env::temp_dir().join(format!("kymo-lock-file-{}", std::process::id()));
    let package = folder.join("crates/shop");
    fs::create_dir_all(&package).unwrap();
    fs::write(folder.join("Cargo.lock"), TWO).unwrap();
    assert_eq!(LockFile::of(&package).unwrap().other_apis().len(), 1);
    fs::write(package.join("Cargo.lock"), "").unwrap();
    assert_eq!(LockFile::of(&package).unwrap().other_apis().len(), 0);
    fs::write(package.join("Cargo.lock"), b"\xff").unwrap();
    assert!(LockFile::of(&package).is_none(), "it is not Unicode");
    fs::remove_dir_all(&folder).unwrap();
}

/// The benchmarks have the line before kymo's, because peers are on it.
#[test]
fn a_lock_file_that_cargo_wrote_is_read() {
    let benchmarks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benchmarks");
    let others = LockFile::of(&benchmarks).unwrap().other_apis();
    let [other] = &others[..] else { panic!("{others:?}") };
    assert!(other.version.starts_with("0.32."), "{other}");
    assert!(other.dependants.contains(&"sqlx-otel".to_owned()), "{other}");
}
