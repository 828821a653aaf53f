//! Views that are refused at start-up, with the reason.

use kymo::{BucketsError, InstallError, Telemetry, View, ViewError};

fn refused(pattern: &str, view: View) -> ViewError {
    match Telemetry::for_service("shop").view(pattern, view).build().unwrap_err() {
        InstallError::View(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_pattern_that_no_name_can_match_is_refused() {
    for pattern in ["", " ", "9lives", "a b", "ü", "a{b}", &"a".repeat(256), ".a", "a,b"] {
        let error = refused(pattern, View::off());
        assert!(matches!(&error, ViewError::Pattern { .. }), "{pattern}");
        assert!(error.to_string().contains(&format!("`{pattern}`")), "{error}");
    }
    for pattern in ["*", "?", "a*", "*.b", "a/b-c_d.e", "?9"] {
        Telemetry::for_service("shop").view(pattern, View::off()).build().unwrap();
    }
}

#[test]
fn buckets_that_no_histogram_can_have_are_refused() {
    let not_a_number = refused("a", View::new().buckets([f64::NAN]));
    assert!(matches!(
        not_a_number,
        ViewError::Buckets { source: BucketsError::NotFinite { .. }, .. }
    ));
    let descending = refused("a", View::new().buckets([2.0, 1.0]));
    assert!(matches!(
        descending,
        ViewError::Buckets { source: BucketsError::NotAscending { .. }, .. }
    ));
    assert!(descending.to_string().contains("`a`"), "{descending}");
    let none = refused("a", View::new().buckets([]));
    assert!(matches!(none, ViewError::Buckets { source: BucketsError::Empty, .. }));
}

#[test]
fn buckets_of_a_metric_that_is_known_to_be_no_histogram_are_refused() {
    let error = refused("kymo.cardinality.folded", View::new().buckets([1.0]));
    assert!(matches!(error, ViewError::NoHistogram { .. }), "{error}");
    // A wildcard may match other metrics as well.
    let view = View::new().buckets([1.0]);
    Telemetry::for_service("shop").view("kymo.cardinality.*", view).build().unwrap();
}

#[test]
fn a_limit_of_nothing_and_one_beyond_memory_are_refused() {
    for limit in [0, 1_000_001, usize::MAX] {
        let error = refused("a", View::new().limit(limit));
        assert_eq!(error, ViewError::Limit { pattern: "a".to_owned(), limit });
    }
    for limit in [1, 1_000_000] {
        let view = View::new().limit(limit);
        let shop = Telemetry::for_service("shop").view("a", view).build().unwrap();
        shop.meter("shop").u64_counter("a").build().add(1, &[]);
    }
}

#[test]
fn two_attributes_that_would_have_one_key_are_refused() {
    let view = View::new().rename_attribute("a", "c").rename_attribute("b", "c");
    let error = refused("x", view);
    assert!(matches!(error, ViewError::RenamedToOneKey { .. }), "{error}");
    for word in ["`a`", "`b`", "`c`", "`x`"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    let swapped = View::new().rename_attribute("a", "b").rename_attribute("b", "a");
    Telemetry::for_service("shop").view("x", swapped).build().unwrap();
}

#[test]
fn an_attribute_without_a_key_is_refused() {
    let views = [
        View::new().without_attribute(""),
        View::new().rename_attribute("a", ""),
        View::new().rename_attribute("", "a"),
        View::new().attribute_budget("", 1),
        View::new().only_attributes(["a", ""]),
    ];
    for view in views {
        assert_eq!(refused("x", view), ViewError::EmptyKey { pattern: "x".to_owned() });
    }
    let builder = Telemetry::for_service("shop").common_attribute("", "eu");
    let error = builder.build().unwrap_err();
    assert!(matches!(error, InstallError::View(ViewError::EmptyCommonKey)), "{error}");
}
