//! `docs/conformance.md` is what its rows say, and each row is true of the tests.

use std::fs;

use integration_tests::conformance::{Met, SECTIONS, conformance_md};

use super::sources;

#[test]
fn the_page_of_conformance_is_made_from_its_rows() {
    let page = fs::read_to_string(sources::root().join("docs/conformance.md")).unwrap();
    let remedy = "run `cargo run -p integration-tests --bin conformance > docs/conformance.md`";
    assert!(page == conformance_md(), "docs/conformance.md is out of date; {remedy}");
}

#[test]
fn each_row_of_conformance_names_tests_that_exist_or_says_why_it_has_none() {
    let tests = sources::all_tests();
    for section in SECTIONS {
        for row in section.rows {
            let what = format!("{} {}: {}", section.title, row.number, row.requirement);
            match row.met {
                Met::By(_) => assert!(!row.tests().is_empty(), "{what}"),
                Met::As(_, note) => assert!(!row.tests().is_empty() && !note.is_empty(), "{what}"),
                Met::Not(reason) => assert!(reason.len() > 20, "{what}"),
            }
            for cited in row.tests() {
                let found = tests.iter().filter(|test| *test == cited).count();
                assert_eq!(found, 1, "{what} cites `{cited}`, of which there is not exactly one");
            }
        }
    }
}

#[test]
fn no_requirement_is_left_out_between_two_rows() {
    let mut first = 1;
    for (place, section) in SECTIONS.into_iter().enumerate() {
        // Those of the exporter and of its translation are counted through.
        first = if place < 3 { first } else { 1 };
        for (number, row) in (first..).zip(section.rows) {
            assert_eq!(row.number, number.to_string(), "{}: {}", section.title, row.requirement);
            assert!(["MUST", "MUST NOT", "SHOULD", "MAY"].contains(&row.level), "{row:?}");
            assert!(!row.requirement.contains('|'), "{row:?}");
        }
        first += section.rows.len();
    }
}
