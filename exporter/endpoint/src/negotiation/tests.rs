//! The headers of nobody.

use http::HeaderValue;
use proptest::prelude::*;

use super::{any_header::assert_answered, *};

pub(super) const UTF8: Scheme = Scheme::AllowUtf8;
pub(super) const UNDERSCORES: Scheme = Scheme::Underscores;

fn asked(lines: &[&str], offer: Offer) -> (Format, Scheme) {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header::ACCEPT, HeaderValue::from_str(line).unwrap());
    }
    let Dialect { format, scheme } = negotiate(&headers, offer);
    (format, scheme)
}

pub(super) fn usual(line: &str) -> (Format, Scheme) {
    asked(&[line], Offer::default())
}

#[test]
fn the_weightiest_format_is_chosen_and_of_equals_the_first() {
    for (header, expected) in [
        ("", Format::Text004),
        ("application/openmetrics-text", Format::OpenMetrics100),
        ("application/openmetrics-text;q=0.4,text/plain;q=0.5", Format::Text004),
        ("application/openmetrics-text,text/plain", Format::OpenMetrics100),
        ("text/plain,application/openmetrics-text", Format::Text004),
        ("text/plain;version=0.0.4;q=0.2,text/plain;version=1.0.0;q=0.201", Format::Text100),
        (
            "Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9 , text/plain;q=0.5",
            Format::OpenMetrics100,
        ),
        ("text/plain;q=0.5;version=1.0.0", Format::Text100),
        ("text/plain;version=1.0.0;q=0,*/*", Format::Text004),
        ("text/plain;q=0,application/*;q=0.1", Format::OpenMetrics100),
        ("text/plain;version=0.0.4;q=0,*/*;q=0.5", Format::OpenMetrics100),
        (
            "text/plain;q=0.1,text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.5",
            Format::Text004,
        ),
        ("text/plain;q=0.1,text/plain;q=0.9,application/openmetrics-text;q=0.5", Format::Text004),
        ("*/*;q=0", Format::Text004),
        ("text/*", Format::Text004),
        ("application/json", Format::Text004),
        ("application/openmetrics-text;version=2.0.0", Format::Text004),
        (
            "application/openmetrics-text;version=2.0.0,application/openmetrics-text;q=0.1",
            Format::OpenMetrics100,
        ),
        ("application/openmetrics-text;q=1.5", Format::Text004),
        ("application/openmetrics-text;version=\"1.0.0", Format::Text004),
        (";;;,,,=,q=1,/;;/,\"", Format::Text004),
    ] {
        assert_eq!(usual(header).0, expected, "{header}");
    }
}

#[test]
fn names_are_escaped_as_the_chosen_range_says_where_its_format_can_quote_them() {
    for (header, expected) in [
        ("text/plain;escaping=allow-utf-8", (Format::Text004, UNDERSCORES)),
        (
            "application/openmetrics-text;version=0.0.1;escaping=dots",
            (Format::OpenMetrics001, Scheme::Dots),
        ),
        ("text/plain;version=1.0.0", (Format::Text100, UNDERSCORES)),
        ("text/plain;version=1.0.0;escaping=dots", (Format::Text100, Scheme::Dots)),
        ("text/plain;version=1.0.0;escaping=nothing", (Format::Text100, UNDERSCORES)),
        (
            "text/plain;version=1.0.0;escaping=dots;q=0.1,text/plain;version=1.0.0;escaping=values",
            (Format::Text100, Scheme::Values),
        ),
        ("text/plain;version=1.0.0,*/*;escaping=dots", (Format::Text100, UNDERSCORES)),
    ] {
        assert_eq!(usual(header), expected, "{header}");
    }
    let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
                    encoding=delimited;escaping=allow-utf-8";
    assert_eq!(usual(protobuf), (Format::Protobuf, UTF8));
}

#[test]
fn several_lines_are_one_header_and_without_one_there_is_the_fallback() {
    let lines = ["text/plain;q=0.5", "application/openmetrics-text;q=0.6"];
    assert_eq!(asked(&lines, Offer::default()).0, Format::OpenMetrics100);
    assert_eq!(asked(&[], Offer::default()), (Format::Text004, UNDERSCORES));
    let offer = Offer::default().or(Format::OpenMetrics100);
    for lines in [&[][..], &["*/*"], &["application/json"], &["nonsense"]] {
        assert_eq!(asked(lines, offer).0, Format::OpenMetrics100, "{lines:?}");
    }
    assert_eq!(asked(&["text/plain"], offer).0, Format::Text004);
}

#[test]
fn nobody_gets_what_is_not_offered() {
    let header =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    assert_eq!(asked(&[header], Offer::of([])).0, Format::Text004);
    let offer = Offer::of([Format::OpenMetrics200]);
    assert_eq!(
        asked(&["application/openmetrics-text;version=2.0.0"], offer).0,
        Format::OpenMetrics200
    );
    assert_eq!(asked(&["application/openmetrics-text"], offer).0, Format::Text004);
}

#[test]
fn a_header_of_a_megabyte_costs_no_more_than_its_beginning() {
    let (first, last) = ("text/plain;version=1.0.0;q=0.5", "application/openmetrics-text");
    assert_eq!(usual(&format!("{first},{last}")).0, Format::OpenMetrics100);
    for (between, expected) in [
        ("x/y,".repeat(1 << 18), Format::Text100),
        (format!("{},", ";".repeat(1 << 20)), Format::Text100),
        (format!("text/plain;x=\"{}\",", "\\\\".repeat(1 << 19)), Format::Text100),
        (format!("text/plain;x=\"{}\",", ",".repeat(1 << 20)), Format::Text100),
        ("x".repeat(1 << 20), Format::Text100),
        (String::new(), Format::OpenMetrics100),
    ] {
        let header = format!("{first},{between}{last}");
        assert_eq!(usual(&header).0, expected, "what comes last is read only if it is near");
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_str(&header).unwrap());
        let read: usize = items(&headers, header::ACCEPT).map(|item| item.len() + 1).sum();
        assert!(read <= 8 * 1024 + 1, "{read} bytes are read");
    }
}

#[test]
fn every_header_of_the_corpus_is_answered() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/accept");
    let headers: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(headers.len() > 10, "{}", headers.len());
    for header in headers {
        assert_answered(&std::fs::read(header.unwrap().path()).unwrap());
    }
}

/// Something like an item of `Accept`.
fn item() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "*/*",
        "/",
        "text/*",
        "text/plain",
        "application/*",
        "application/openmetrics-text",
        "application/vnd.google.protobuf",
        "text",
        "",
        "\"",
    ]);
    let parameter = prop::sample::select(vec![
        "version=0.0.4",
        "version=1.0.0",
        "version=0.0.1",
        "version=2.0.0",
        "version=\"1.0.0\"",
        "q=0",
        "q=0.5",
        "q=1",
        "q=9",
        "escaping=dots",
        "escaping=allow-utf-8",
        "escaping=x",
        "encoding=delimited",
        "proto=io.prometheus.client.MetricFamily",
        "",
        "=",
        "\\",
        "\"",
    ]);
    (name, prop::collection::vec(parameter, 0..5))
        .prop_map(|(name, parameters)| [&[name], &parameters[..]].concat().join(";"))
}

proptest! {
    #[test]
    fn whoever_asks_gets_something_of_the_offer(
        items in prop::collection::vec(item(), 0..8),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let lines = [items.join(",").into_bytes(), bytes];
        assert_answered(&lines.join(&b'\n'));
    }
}
