//! The documents claim nothing that is not so.

use std::{collections::BTreeSet, fs};

use integration_tests::{Bookshop, reference};

use super::{markdown, sources};

fn read(path: &str) -> String {
    let file = sources::root().join(path);
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{path}: {error}"))
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
    assert_eq!(block, Some(read("integration-tests/tests/it/documents/own_test.rs").as_str()));
}

#[tokio::test]
async fn the_readme_shows_only_metrics_that_exist() {
    let mut scraped = BTreeSet::new();
    for metric in kymo::declared_metrics() {
        scraped.insert(reference::scraped_name(metric).await);
    }
    scraped.insert("target_info".to_owned());
    let readme = read("README.md");
    let pages = readme.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut shown = 0;
    for line in pages.flat_map(str::lines) {
        let line = line.strip_prefix("# HELP ").or(line.strip_prefix("# TYPE ")).unwrap_or(line);
        let name = line.split(['{', ' ']).next().unwrap();
        let family = name.trim_end_matches("_bucket").trim_end_matches("_sum");
        let family = family.trim_end_matches("_count");
        assert!(scraped.contains(family) || scraped.contains(name), "{line}");
        shown += 1;
    }
    assert!(shown > 20, "a picture of what one gets");
}

#[test]
fn every_metric_and_attribute_that_a_document_names_is_declared() {
    let metrics = kymo::declared_metrics();
    let names = metrics
        .flat_map(|metric| metric.attributes.iter().map(|key| key.name).chain([metric.name]));
    let declared: BTreeSet<_> = names.collect();
    let mut count = 0;
    for (document, text) in markdown::documents() {
        // The list of changes may speak of what there was.
        let prose =
            if document == "CHANGELOG.md" { vec![] } else { markdown::prose(&document, &text) };
        for name in prose.iter().flat_map(|line| line.split('`').skip(1).step_by(2)) {
            let is_name =
                ["kymo.", "db.", "http.", "process."].iter().any(|of| name.starts_with(of));
            // A file is called so, too.
            let is_name = is_name && name != "kymo.lock";
            if is_name && name.chars().all(|c| c.is_ascii_lowercase() || "._*".contains(c)) {
                let known = match name.strip_suffix('*') {
                    Some(prefix) => declared.iter().any(|known| known.starts_with(prefix)),
                    None => declared.contains(name),
                };
                assert!(known, "{document} names {name}, which is no metric or attribute of kymo");
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count} names");
}

#[test]
fn the_versions_of_the_readme_are_those_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let rows = table("## Versions");
    assert!(rows.len() >= 8, "{rows:?}");
    for row in rows {
        let [name, version] = &row[..] else { panic!("{row:?}") };
        let key = if name == "Rust" { "rust-version" } else { name };
        let line = manifest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        let line = line.unwrap_or_else(|| panic!("{name} is in no manifest"));
        let required = line.split("version = ").last().unwrap().split('"').nth(1).unwrap();
        let required = required.trim_start_matches('~');
        let is_same = required == version || required.starts_with(&format!("{version}."));
        assert!(is_same, "{name} is {required}, and not {version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_page_is_no_greater_than_the_readme_says() {
    let shop = Bookshop::start();
    let page = shop.client().get("/metrics").await;
    let rows = table("## What it costs");
    let row = rows.iter().find(|row| row[0].contains("before its first request")).unwrap();
    let [bytes, lines] = row[1].split(" KB, in ").collect::<Vec<_>>()[..] else {
        panic!("{row:?}")
    };
    let samples = page.text().lines().filter(|line| !line.starts_with('#'));
    let limits = (bytes.parse::<usize>().unwrap() * 1000, lines.trim_end_matches(" lines"));
    let size = (page.text().len(), samples.clone().count());
    assert!(size.0 <= limits.0 && size.1 <= limits.1.parse().unwrap(), "{size:?}");
    // The labels that are said to be half of it.
    let scope: usize = samples
        .flat_map(|line| {
            line.split(['{', ',', '}']).filter(|label| label.starts_with("otel_scope_"))
        })
        .map(|label| label.len() + 1)
        .sum();
    let part = scope as f64 / size.0 as f64;
    assert!((0.45..0.55).contains(&part), "{part} of the page");
}

#[test]
fn the_guide_promises_what_the_readme_promises() {
    let (readme, guide) = (read("README.md"), read("docs/performance.md"));
    // Those that follow are of other things.
    let guide = guide.split("\n## ").next().unwrap();
    let promises: Vec<_> = guide.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(promises.len() >= 8, "{promises:?}");
    for promise in promises {
        assert!(readme.lines().any(|line| line == promise), "the README does not say {promise}");
    }
}

/// The rows of the README's table below `heading`, cell by cell.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = read("README.md");
    let (_, section) = readme.split_once(&format!("\n{heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.skip_while(|row| !row.starts_with("---")).skip(1);
    rows.map(|row| row.split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn every_file_a_document_links_to_is_there() {
    let mut links = 0;
    for (document, text) in markdown::documents() {
        let folder = sources::root().join(&document);
        let folder = folder.parent().unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path =
                if path.is_empty() { sources::root().join(&document) } else { folder.join(path) };
            assert!(path.exists(), "{document} links to {target}");
            if !anchor.is_empty() {
                let text = fs::read_to_string(path).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                let is_there = headings.any(|heading| self::anchor(heading) == anchor);
                assert!(is_there, "{document} links to {target}");
            }
            links += 1;
        }
    }
    assert!(links > 50, "{links} links");
}

/// The name that a forge has for the place of a heading: its letters in lower case, without punctuation.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}
