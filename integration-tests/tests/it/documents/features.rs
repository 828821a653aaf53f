//! A feature adds names, and the covers of four crates add them all.

use std::{collections::BTreeSet, fs, path::Path};

use super::sources;

/// The files that may ask for a feature. Who adds to them says why in `CONTRIBUTING.md`.
const COVERS: [&str; 4] = [
    "exporter/endpoint/src/lib.rs",
    "exporter/push/src/lib.rs",
    "instrumentation/redis/src/lib.rs",
    "sdk/src/lib.rs",
];

#[test]
fn four_files_ask_for_features_and_the_contributor_is_told_which() {
    let root = sources::root();
    let shown = |file: &Path| file.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    let asking: BTreeSet<_> = sources::files(root, "rs")
        .iter()
        .filter(|file| asks_for_a_feature(&fs::read_to_string(file).unwrap()))
        .map(|file| shown(file))
        .filter(|file| file.split('/').all(|part| part != "tests"))
        .collect();
    assert_eq!(asking, COVERS.map(str::to_owned).into());

    let contributing = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    for cover in COVERS {
        assert!(contributing.contains(&format!("]({cover})")), "CONTRIBUTING.md links {cover}");
    }
}

#[test]
fn a_feature_is_found_however_it_is_asked_for() {
    for asking in [
        "#[cfg(feature = \"otlp\")]\nmod otlp;",
        "#[cfg(not(feature = \"otlp\"))]\nmod otlp;",
        "#[cfg(all(\n    unix,\n    feature = \"otlp\",\n))]\nmod otlp;",
        "#[cfg_attr(not(feature = \"otlp\"), expect(dead_code))]",
        "#![cfg_attr(feature = \"otlp\", doc = \"pushes\")]",
        "const PUSHES: bool = cfg!(any(feature = \"otlp\", feature = \"console\"));",
    ] {
        assert!(asks_for_a_feature(asking), "{asking}");
    }
    for silent in [
        "#[cfg(test)]\nmod tests {}",
        "/// With the feature `otlp`.",
        "let feature = \"otlp\";",
        "#[cfg(unix)]\nfn answer() { let feature = \"otlp\"; }",
    ] {
        assert!(!asks_for_a_feature(silent), "{silent}");
    }
}

/// Whether a predicate of conditional compilation in `source` names a feature.
fn asks_for_a_feature(source: &str) -> bool {
    ["cfg(", "cfg_attr(", "cfg!("].iter().any(|begin| {
        source.match_indices(begin).any(|(at, _)| {
            let predicate = within_brackets(&source[at + begin.len()..]);
            predicate.replace(char::is_whitespace, "").contains("feature=\"")
        })
    })
}

/// The beginning of `source`, up to the bracket that ends it.
fn within_brackets(source: &str) -> &str {
    let mut open = 1;
    let end = source.find(|char| {
        match char {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        open == 0
    });
    &source[..end.unwrap_or(source.len())]
}
