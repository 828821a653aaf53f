use super::*;
use crate::promtool;

const WHOLE: &str = r#"# HELP http_seconds How long.\nTwo lines, a \\ too.
# TYPE http_seconds histogram
http_seconds_bucket{route="/a",le="0.1"} 1
http_seconds_bucket{route="/a",le="+Inf"} 3
http_seconds_sum{route="/a"} 2.5
http_seconds_count{route="/a"} 3
http_seconds_bucket{route="/b",le="0.1"} 0
http_seconds_bucket{route="/b",le="+Inf"} 1
http_seconds_sum{route="/b"} NaN
http_seconds_count{route="/b"} 1

# just a comment
# TYPE queue gauge
queue{name="a \"b\"\\\n", host="x",} -Inf 1700000000000
plain 1e3
"#;

/// Documents with one fault each, and a word of the complaint.
const BROKEN: &[(&str, &str)] = &[
    ("a 1", "line feed"),
    ("a\n", "value"),
    ("a one\n", "number"),
    ("a 1 2 3\n", "too much"),
    ("a 1 soon\n", "timestamp"),
    ("1a 1\n", "metric name"),
    ("a-b 1\n", "metric name"),
    ("a{b=\"1\",b=\"2\"} 1\n", "twice"),
    ("a{b=\"\\t\"} 1\n", "escaped"),
    ("a{b=\"1} 1\n", "closing quote"),
    ("a{b=1} 1\n", "quotes"),
    ("a{b=\"1\";c=\"2\"} 1\n", "commas"),
    ("a{b:c=\"1\"} 1\n", "label name"),
    ("# HELP a \\t\na 1\n", "escaped"),
    ("# TYPE a meter\na 1\n", "no type"),
    ("# TYPE a gauge\n# TYPE a gauge\na 1\n", "two types"),
    ("# HELP a x\n# HELP a y\na 1\n", "two helps"),
    ("a 1\n# TYPE a gauge\n", "after its samples"),
    ("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n", "outside the group"),
];

/// Faults that promtool lets pass.
const SLOPPY: &[(&str, &str)] = &[
    ("a{b=\"1\"} 1\na{b=\"1\"} 2\n", "twice"),
    ("# TYPE a histogram\na 1\n", "own name"),
    ("a 0x1p4\n", "number"),
    ("a{__name__=\"b\"} 1\n", "label name"),
    ("# TYPE a gauge\na{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n", "outside the group"),
    ("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n", "+Inf"),
    ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n", "other than"),
    ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n", "no count"),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "rise",
    ),
];

#[test]
fn a_histogram_whose_sum_may_fall_has_none() {
    let page = "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n";
    assert_eq!(Scrape::parse(page).unwrap().family("a").unwrap().samples.len(), 2);
}

#[test]
fn a_whole_document_is_read_back() {
    let scrape = Scrape::parse(WHOLE).unwrap();
    assert_eq!(scrape.names(), ["http_seconds", "plain", "queue"].into());
    assert_eq!(scrape.label_keys(), ["host", "le", "name", "route"].into());
    let family = scrape.family("http_seconds").unwrap();
    assert_eq!(family.kind, Kind::Histogram);
    assert_eq!(family.help.as_deref(), Some("How long.\nTwo lines, a \\ too."));
    assert_eq!(scrape.family("plain").unwrap().kind, Kind::Untyped);
    let queue = scrape.samples("queue", &[]).next().unwrap();
    assert_eq!(queue.label("name"), Some("a \"b\"\\\n"));
    assert_eq!(queue.timestamp, Some(1_700_000_000_000));
}

#[test]
fn values_are_found_by_some_of_their_labels() {
    let scrape = Scrape::parse(WHOLE).unwrap();
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(close(scrape.value("http_seconds_count", &[("route", "/a")]), 3.0));
    assert!(close(scrape.value("plain", &[]), 1000.0));
    assert!(close(scrape.sum("http_seconds_count", &[]), 4.0));
    assert!(close(scrape.sum("http_seconds_count", &[("route", "/c")]), 0.0));
    assert!(scrape.value("queue", &[("host", "x")]).is_infinite());
}

#[test]
#[should_panic(expected = "more than one http_seconds_count")]
fn an_ambiguous_value_is_refused() {
    Scrape::parse(WHOLE).unwrap().value("http_seconds_count", &[]);
}

#[test]
#[should_panic(expected = "no http_seconds_count with [(\"route\", \"/c\")]")]
fn a_missing_value_is_refused() {
    Scrape::parse(WHOLE).unwrap().value("http_seconds_count", &[("route", "/c")]);
}

#[test]
fn every_fault_is_named() {
    for (text, word) in BROKEN.iter().chain(SLOPPY) {
        match Scrape::parse(text) {
            Ok(_) => panic!("{text:?} was accepted"),
            Err(error) => assert!(error.to_string().contains(word), "{text:?}: {error}"),
        }
    }
}

#[test]
fn promtool_agrees_about_what_is_no_text_format() {
    assert!(promtool::check_metrics(WHOLE).parsed(), "the whole document");
    for (text, _) in BROKEN {
        assert!(!promtool::check_metrics(text).parsed(), "promtool accepts {text:?}");
    }
}
