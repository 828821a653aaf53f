//! Names, units and values that cause trouble later.

use kymo::{
    Telemetry,
    opentelemetry::{KeyValue, metrics::Meter},
    testing::{TestTelemetry, lint::Rule},
};

use super::message;

/// The findings of the lint in the measurements of `record`.
fn findings(record: impl FnOnce(&Meter)) -> Vec<(Rule, String)> {
    let telemetry = TestTelemetry::of(Telemetry::for_service("shop"));
    record(&telemetry.meter("shop"));
    let findings = telemetry.snapshot().lint();
    findings.into_iter().map(|finding| (finding.rule, finding.to_string())).collect()
}

/// The one finding there is.
#[track_caller]
fn finding(record: impl FnOnce(&Meter)) -> (Rule, String) {
    let mut findings = findings(record);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[track_caller]
fn of_counter(name: &'static str, unit: &'static str) -> (Rule, String) {
    finding(|meter| {
        meter.u64_counter(name).with_unit(unit).with_description("x").build().add(1, &[]);
    })
}

fn of_attribute(key: &'static str, value: impl Into<opentelemetry::Value>) -> Vec<(Rule, String)> {
    findings(|meter| {
        let visits = meter.u64_counter("visits").with_unit("{visit}").with_description("x").build();
        visits.add(1, &[KeyValue::new(key, value)]);
    })
}

#[test]
fn what_is_conventional_passes() {
    let telemetry = TestTelemetry::new();
    let meter = telemetry.meter("shop");
    let attributes = [
        KeyValue::new("http.route", "/books/{id}"),
        KeyValue::new("http.response.status_code", 503),
        KeyValue::new("server.port", 65_535),
        KeyValue::new("network.protocol.version", "1.1"),
        KeyValue::new("error.type", "std::io::Error"),
        KeyValue::new("content.type", "application/json"),
        KeyValue::new("shop.colour", "deadbeef"),
        KeyValue::new("db.system.name", "postgresql"),
        KeyValue::new("is_first", true),
    ];
    let units = ["s", "By", "1", "{series}", "{process}", "{status}", "By/s", "{query}/s", "Cel"];
    let names: [&str; 9] = ["a", "b.c", "d_e", "f.g_h", "i2", "j", "k", "l", "m"];
    for (name, unit) in names.into_iter().zip(units) {
        let gauge = meter.f64_gauge(name).with_unit(unit).with_description("x").build();
        gauge.record(1.0, &attributes);
    }
    telemetry.snapshot().assert_conventional();
}

#[test]
fn a_name_says_neither_its_type_nor_its_unit_and_is_written_as_all_others() {
    let cases = [
        ("books.sold.total", "Prometheus' name gets `_total` by itself; call it `books.sold`"),
        ("books_sold_total", "Prometheus' name gets `_total` by itself; call it `books_sold`"),
        ("read_bytes", "the unit is no part of the name; call it `read` and give the unit"),
        (
            "booksSold",
            "a name is lower-case words joined by dots and underscores and begins with a letter; call it `books_sold`",
        ),
        (
            "books-sold",
            "a name is lower-case words joined by dots and underscores and begins with a letter; call it `books_sold`",
        ),
        (
            "books..sold_",
            "a name is lower-case words joined by dots and underscores and begins with a letter; call it `books.sold`",
        ),
    ];
    for (name, remedy) in cases {
        let (rule, text) = of_counter(name, "{book}");
        assert!(matches!(rule, Rule::Name | Rule::Suffix), "{rule:?}");
        assert_eq!(text, format!("`{name}`: {remedy}"));
    }
}

#[test]
fn a_unit_is_ucum_and_unprefixed_and_singular() {
    let cases = [
        ("", "it has no unit: `s`, `By`, `1` for a ratio, or `{request}` for what is counted"),
        ("1", "the unit `1` is for ratios; say what is counted, such as `{request}`"),
        ("ms", "the unit `ms` is not that of durations; record seconds, in `s`"),
        ("bytes", "the unit `bytes` is not that of sizes; record bytes, in `By`"),
        ("MiBy", "the unit `MiBy` is not that of sizes; record bytes, in `By`"),
        ("KB/s", "the unit `KB/s` is not that of sizes; record bytes, in `By`"),
        ("%", "the unit `%` is not that of ratios; record 0 to 1, in `1`"),
        ("{requests}", "the unit `{requests}` is plural; write `{request}`"),
        ("{queries}/s", "the unit `{queries}/s` is plural; write `{query}`"),
        ("{batches}", "the unit `{batches}` is plural; write `{batch}`"),
        ("{misses}", "the unit `{misses}` is plural; write `{miss}`"),
        ("requests", "the unit `requests` is a word; put it in braces: `{request}`"),
        ("{request", "the unit `{request` is not UCUM; write one such as `s`, `By` or `{request}`"),
    ];
    for (unit, remedy) in cases {
        assert_eq!(of_counter("work", unit), (Rule::Unit, format!("`work`: {remedy}")));
    }
    let (rule, text) = of_counter("work.duration", "{tick}");
    assert_eq!(rule, Rule::Unit);
    assert!(text.ends_with("the unit `{tick}` is not of a duration; record seconds, in `s`"));
}

#[test]
fn a_metric_has_a_description() {
    let (rule, text) = finding(|meter| {
        meter.u64_counter("visits").with_unit("{visit}").build().add(1, &[]);
    });
    assert_eq!(rule, Rule::Description);
    assert!(text.contains("say in one sentence"), "{text}");
}

#[test]
fn one_name_is_one_thing() {
    let conflicts = findings(|meter| {
        let counter = meter.u64_counter("visits").with_unit("{visit}").with_description("x");
        counter.build().add(1, &[]);
        let gauge = meter.u64_gauge("visits").with_unit("{guest}").with_description("y");
        gauge.build().record(1, &[]);
    });
    let conflicts: Vec<_> = conflicts.iter().map(|(_, text)| text.as_str()).collect();
    let expected = [
        "`visits`: its description is `x` and `y`, in shop and in shop; make it the same",
        "`visits`: its kind is `counter` and `gauge`, in shop and in shop; make it the same",
        "`visits`: its unit is `{visit}` and `{guest}`, in shop and in shop; make it the same",
    ];
    assert_eq!(conflicts, expected);
}

#[test]
fn a_key_is_written_as_all_others_and_is_no_label_of_prometheus() {
    let cases = [
        (
            "bookGenre",
            "the attribute `bookGenre` is not lower-case words joined by dots and underscores; call it `book_genre`",
        ),
        ("job", "the attribute `job` is a label that Prometheus sets itself; rename it"),
    ];
    for (key, remedy) in cases {
        assert_eq!(of_attribute(key, "x"), [(Rule::AttributeKey, format!("`visits`: {remedy}"))]);
    }
    let (rule, text) = finding(|meter| {
        let visits = meter.u64_counter("visits").with_unit("{visit}").with_description("x").build();
        visits.add(1, &[KeyValue::new("a.b", "x"), KeyValue::new("a_b", "y")]);
    });
    assert_eq!(rule, Rule::AttributeKey);
    assert!(text.ends_with("`a.b` and `a_b` are both `a_b` in Prometheus; rename one"), "{text}");
}

#[test]
fn values_without_a_bound_are_suspect() {
    let cases = [
        ("67e55044-10b1-426f-9247-bb680e5fe0c8", "a UUID"),
        ("d41d8cd98f00b204", "a hexadecimal id"),
        ("0x7f3a2c001", "a hexadecimal id"),
        ("12345678", "a great number"),
        ("/books/7", "a path with an id in it"),
        ("/a/67e55044-10b1-426f-9247-bb680e5fe0c8/b", "a path with an id in it"),
        ("/books?page=x", "a URL with its query"),
        ("2026-01-31T12:00:00Z", "a moment in time"),
        ("frank@example.org", "an e-mail address"),
    ];
    for (value, what) in cases {
        let [(rule, text)] = &of_attribute("what", value)[..] else { panic!("{value}") };
        let expected = format!("`visits`: `what` is {what}, \"{value}\": every one makes a series");
        assert!(*rule == Rule::Unbounded && text.starts_with(&expected), "{text}");
    }
    assert_eq!(of_attribute("what", 65_536).len(), 1);
    // There are only so many migrations, although they are called after a moment.
    assert_eq!(of_attribute("kymo.migration.version", "20260131120000"), []);
    assert_eq!(of_attribute("what", 0.5).len(), 1);
    assert_eq!(of_attribute("what", "x".repeat(121)).len(), 1);
    let boundless = &of_attribute("user.id", "x")[0].1;
    assert!(boundless.ends_with("the values of `user.id` have no bound; leave it out of metrics"));
}

#[test]
fn series_beyond_the_limit_are_noticed() {
    let findings = findings(|meter| {
        let visits = meter.u64_counter("visits").with_unit("{visit}").with_description("x").build();
        (0..2_100).for_each(|page| visits.add(1, &[KeyValue::new("page", page)]));
    });
    let [(Rule::Unbounded, text)] = &findings[..] else { panic!("{findings:?}") };
    assert!(text.contains("more series than its limit"), "{text}");
}

#[test]
fn an_assertion_lists_every_finding() {
    let telemetry = TestTelemetry::new();
    telemetry.meter("shop").f64_gauge("Fill").build().record(0.5, &[]);
    let text = message(|| telemetry.snapshot().assert_conventional());
    assert!(text.starts_with("3 findings:\n  `Fill`: a name is"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("  `Fill`: ")).count(), 3, "{text}");
}

#[test]
fn what_kymo_declares_is_conventional() {
    // The classic names of the process are those that Prometheus client libraries chose.
    let ours = kymo::declared_metrics().filter(|metric| !metric.name.starts_with("process_"));
    assert_eq!(kymo::testing::lint::declarations(ours), []);
}

#[test]
fn constants_are_looked_at_without_recording() {
    const CAT: kymo::key::AttributeKey = kymo::key::AttributeKey::new("Cat", "Whose.");
    let bad = kymo::MetricSpec::new("9lives_total", kymo::MetricKind::Counter, "{lives}", " ");
    let bad = bad.with_attributes(&[CAT]);
    let findings = kymo::testing::lint::declarations(&[bad]);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
    let expected = [Rule::Name, Rule::Suffix, Rule::Unit, Rule::Description, Rule::AttributeKey];
    assert_eq!(rules, expected, "{findings:#?}");
}
