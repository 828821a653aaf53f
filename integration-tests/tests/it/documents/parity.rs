//! `docs/parity-django-prometheus.md` answers every row of theirs, and names a test for each.

use std::{collections::BTreeSet, fs};

use super::sources;

/// The rows of the page under `heading`, cell by cell.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let page =
        fs::read_to_string(sources::root().join("docs/parity-django-prometheus.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.skip_while(|row| !row.starts_with("---")).skip(1);
    rows.map(|row| row.split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

const HEADINGS: [&str; 4] = ["HTTP, databases, caches", "Models", "Migrations", "The traps"];

/// The subject of each row of the two tables, in words of theirs that it has to have.
const MODELS: [&str; 7] = [
    "inserts, updates, deletes",
    "`create()` counts",
    "`create()` that fails",
    "`create()` in a transaction",
    "`save()` of a new object with a key",
    "bulk operations",
    "`delete()`",
];
const MIGRATIONS: [&str; 4] = ["applied and unapplied", "read once", "`_total`", "how long"];

/// Likewise of each trap, in the order of their numbers.
const TRAPS: [&str; 34] = [
    "default address",
    "measured caches give other results",
    "generator",
    "`Content-Length`",
    "a database that is down",
    "hangs for ever",
    "observed twice",
    "middleware answers",
    "go away",
    "a stream of a second",
    "before its rows are fetched",
    "COPY and COMMIT",
    "checkout",
    "`executemany` of N",
    "model counters",
    "the size of a request",
    "worker processes",
    "freeze",
    "inventing methods",
    "addresses of objects",
    "not the route",
    "no limit on series",
    "silent connection",
    "a busy port",
    "the view and the port modes",
    "holds a worker up",
    "settings",
    "labels can be extended",
    "one list of buckets",
    "swapped in",
    "`total_by_method_total`",
    "`_created`",
    "do not exist",
    "born with their first sample",
];

#[test]
fn every_row_of_theirs_has_one_of_ours() {
    for (heading, subjects) in [("Models", &MODELS[..]), ("Migrations", &MIGRATIONS)] {
        let rows = rows(heading);
        assert_eq!(rows.len(), subjects.len(), "{heading}");
        for (row, subject) in rows.iter().zip(subjects) {
            assert!(row.len() == 3 && row[0].contains(subject), "{subject}: {row:?}");
        }
    }
    let traps = rows("The traps");
    assert_eq!(traps.len(), TRAPS.len());
    for (n, (row, subject)) in traps.iter().zip(TRAPS).enumerate() {
        assert_eq!((row.len(), row[0].as_str()), (4, &*(n + 1).to_string()), "{row:?}");
        assert!(row[1].contains(subject), "{subject}: {row:?}");
    }
}

#[test]
fn every_claim_names_tests_that_exist() {
    let tests = sources::tests();
    for row in HEADINGS.iter().flat_map(|heading| rows(heading)) {
        let cited = row.last().unwrap().split(", ").map(|test| test.trim_matches('`'));
        for test in cited {
            assert!(tests.contains(test), "{row:?} cites `{test}`, which is no test");
        }
    }
}

#[test]
fn every_metric_that_is_named_is_declared() {
    let known: BTreeSet<_> = kymo::declared_metrics().map(|metric| metric.name).collect();
    let keys: BTreeSet<_> = kymo::declared_metrics()
        .flat_map(|metric| metric.attributes.iter().map(|key| key.name))
        .collect();
    let mut named = 0;
    for row in HEADINGS.iter().flat_map(|heading| rows(heading)) {
        let ours = &row[row.len() - 2];
        let quoted = ours.split('`').skip(1).step_by(2);
        let is_name = |word: &&str| {
            ["http.", "db.", "kymo.", "process."].iter().any(|of| word.starts_with(of))
        };
        for name in quoted.filter(is_name) {
            let is_prefix = name.ends_with(".*");
            let is_known = if is_prefix {
                known.iter().any(|metric| metric.starts_with(name.trim_end_matches('*')))
            } else {
                known.contains(name) || keys.contains(name)
            };
            assert!(is_known, "{name} is neither a metric nor an attribute: {row:?}");
            named += 1;
        }
    }
    assert!(named > 25, "{named}");
}
