//! What the documents claim.

use std::{collections::BTreeSet, fs, path::Path};

use integration_tests::reference;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The first Rust block of a document that has `marker` in it.
fn rust_block(document: &str, marker: &str) -> String {
    let blocks =
        document.split("```rust,no_run\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).find(|block| block.contains(marker)).expect("a Rust block")
}

#[tokio::test]
async fn the_list_of_metrics_is_made_from_the_constants() {
    let made = reference::metrics_md().await;
    let remedy = "run `cargo run -p integration-tests --bin metrics > METRICS.md`";
    assert!(read("METRICS.md") == made, "METRICS.md is out of date; {remedy}");
}

#[test]
fn the_readme_and_the_crate_show_the_program_that_is_compiled() {
    let hello = read("examples/hello/src/main.rs");
    assert_eq!(rust_block(&read("README.md"), "fn main"), hello);
    let documentation = read("sdk/src/lib.rs");
    for line in hello.lines() {
        assert!(documentation.contains(&format!("//! {line}").trim_end().to_owned()), "{line}");
    }
}

#[test]
fn the_document_about_testing_shows_the_test_that_is_run() {
    let document = read("docs/testing.md");
    let block = document.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(block, Some(read("integration-tests/tests/it/own_test.rs").as_str()));
}

#[tokio::test]
async fn the_readme_names_only_metrics_that_exist() {
    let mut scraped = BTreeSet::new();
    for metric in kymo::declared_metrics() {
        scraped.insert(reference::scraped_name(metric).await);
    }
    scraped.insert("target_info".to_owned());
    let readme = read("README.md");
    let lines = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let mut shown = 0;
    for line in lines.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let name = line.split(['{', ' ']).next().unwrap();
        let family = name.trim_end_matches("_bucket").trim_end_matches("_sum");
        let family = family.trim_end_matches("_count");
        assert!(scraped.contains(family), "{line}");
        shown += 1;
    }
    assert!(shown >= 5, "a picture of what one gets");
}

#[test]
fn every_file_a_document_links_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(document);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            let path = target.split('#').next().unwrap();
            assert!(root.join(path).exists(), "{document} links to {target}");
        }
    }
}
