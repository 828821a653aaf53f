//! Assertions: those that hold, and the messages of those that do not.

use kymo::{
    opentelemetry::KeyValue,
    testing::{Snapshot, TestTelemetry},
};

use super::{caches, message};

#[test]
fn what_holds_is_accepted() {
    let metrics = caches();
    metrics.counter("cache.requests").assert(10);
    metrics.counter("cache.requests").with("cache.result", "hit").assert(9);
    metrics.counter("cache.requests").with("cache.result", "hit").assert_series(2);
    metrics.counter("cache.requests").with("cache.result", "lost").assert_absent();
    metrics.counter("cache.requests").without("cache.name").assert_absent();
    metrics.counter("cache.requests").with("cache.result", "hit").exactly().assert_absent();
    metrics.up_down_counter("cache.entries").exactly().assert(3);
    metrics.gauge("cache.fill").with("cache.name", "books").assert(0.25);
    metrics.gauge("cache.fill").with("cache.name", "books").assert_near(0.3, 0.1);
    metrics.assert_absent("cache.evictions");

    let load = metrics.histogram("cache.load.duration");
    load.assert_count(3);
    assert_eq!(load.try_count(), Some(3));
    assert_eq!(load.clone().with("cache.name", "none").try_count(), None);
    load.assert_sum(2.3);
    load.assert_sum_near(2.0, 0.5);
    load.assert_bucket(0.1, 1);
    load.assert_bucket(1.0, 1);
    load.assert_bucket(f64::INFINITY, 1);
    load.assert_at_most(0.1, 1);
    load.assert_at_most(1.0, 2);
    load.assert_at_most(f64::INFINITY, 3);
    let books = load.clone().scope("shop").with("cache.name", "books").exactly();
    books.assert_count(2);
}

#[test]
fn a_wrong_value_lists_what_was_counted_and_what_was_not() {
    let hits = || caches().counter("cache.requests").with("cache.result", "hit").assert(8);
    let expected = r#"the counter `cache.requests` with cache.result="hit" is 9, not 8; counted in it:
  {cache.name="authors", cache.result="hit"} 4
  {cache.name="books", cache.result="hit"} 5
not counted in it:
  {cache.name="books", cache.result="miss" (not "hit")} 1"#;
    assert_eq!(message(hits), expected);
}

#[test]
fn a_missing_series_lists_what_there_is_with_the_nearest_first() {
    let lost = || {
        let metrics = caches();
        let lost = metrics.counter("cache.requests").with("cache.result", "miss");
        lost.with("cache.name", "authors").assert(0);
    };
    let expected = r#"the counter `cache.requests` with cache.result="miss", with cache.name="authors" has no such series; there are:
  {cache.name="authors", cache.result="hit" (not "miss")} 4
  {cache.name="books" (not "authors"), cache.result="miss"} 1
  {cache.name="books" (not "authors"), cache.result="hit" (not "miss")} 5"#;
    assert_eq!(message(lost), expected);
}

#[test]
fn attributes_that_lack_or_are_too_many_are_named() {
    let tier = || caches().counter("cache.requests").with("cache.tier", 1).exactly().assert(1);
    let line =
        r#"{cache.name="authors" (unwanted), cache.result="hit" (unwanted), (no cache.tier)} 4"#;
    assert!(message(tier).contains(line), "{}", message(tier));
    let without = || caches().counter("cache.requests").without("cache.name").assert(1);
    let line = r#"{cache.name="books" (unwanted), cache.result="miss"} 1"#;
    assert!(message(without).contains(line), "{}", message(without));
}

#[test]
fn the_type_of_an_attribute_counts_and_shows() {
    let telemetry = TestTelemetry::new();
    let answers = telemetry.meter("shop").u64_counter("answers").build();
    answers.add(1, &[KeyValue::new("status", 200)]);
    let metrics = telemetry.snapshot();
    metrics.counter("answers").with("status", 200).assert(1);
    let expected = r#"the counter `answers` with status="200" has no such series; there are:
  {status=200 (not "200")} 1"#;
    assert_eq!(message(|| metrics.counter("answers").with("status", "200").assert(1)), expected);
}

#[test]
fn an_unknown_name_leads_to_the_one_that_was_meant() {
    let typing = || caches().counter("cache.request").assert(10);
    let expected =
        "nothing was recorded of a metric called `cache.request`; did you mean `cache.requests`?";
    assert_eq!(message(typing), expected);

    let prometheus = || caches().histogram("cache_load_duration_seconds_count").assert_count(3);
    let expected = "nothing was recorded of a metric called `cache_load_duration_seconds_count`; \
                    that is what Prometheus calls it, here it is `cache.load.duration`";
    assert_eq!(message(prometheus), expected);

    let nothing = message(|| Snapshot::default().counter("cache.requests").assert(1));
    assert!(nothing.contains("is this the telemetry that the code under test has?"), "{nothing}");
}

#[test]
fn a_wrong_kind_or_scope_is_put_right() {
    let kind = || caches().gauge("cache.entries").assert(3);
    let expected = "`cache.entries` is no gauge, but an up-down counter: write \
                    `.up_down_counter(\"cache.entries\")`";
    assert_eq!(message(kind), expected);
    let absent = || caches().gauge("cache.entries").with("cache.name", "x").assert_absent();
    assert_eq!(message(absent), message(kind));
    let scope = || caches().counter("cache.requests").scope("store").assert(10);
    assert_eq!(message(scope), "`cache.requests` is not of the scope store, but of shop");
}

#[test]
fn what_should_be_absent_is_listed() {
    let metric = || caches().assert_absent("cache.entries");
    let expected = "nothing should be recorded of `cache.entries`; there are:\n  {} 3";
    assert_eq!(message(metric), expected);
    let series = || caches().counter("cache.requests").with("cache.result", "miss").assert_absent();
    let expected = "the counter `cache.requests` with cache.result=\"miss\" should not be there; \
                    counted in it:\n  {cache.name=\"books\", cache.result=\"miss\"} 1\n";
    assert!(message(series).starts_with(expected), "{}", message(series));
}

#[test]
fn readings_of_a_gauge_do_not_add_up() {
    assert_eq!(caches().gauge("cache.fill").try_value(), None);
    assert_eq!(caches().gauge("cache.filling").try_value(), None);
    let books = caches().gauge("cache.fill").with("cache.name", "books").try_value();
    assert_eq!(books, Some(0.25.into()));
    let fill = message(|| caches().gauge("cache.fill").assert(0.75));
    let expected = "the gauge `cache.fill` has 2 such series, and readings do not add up; ";
    assert!(fill.starts_with(expected), "{fill}");
}

#[test]
fn a_histogram_shows_its_buckets() {
    let count = || {
        caches().histogram("cache.load.duration").with("cache.name", "books").assert_count(1);
    };
    let expected = r#"the histogram `cache.load.duration` with cache.name="books" has 2 values, not 1; counted in it:
  {cache.name="books"} count 2, sum 0.30000000000000004, ≤0.1: 1, ≤1: 1
not counted in it:
  {cache.name="authors" (not "books")} count 1, sum 2, ≤inf: 1"#;
    assert_eq!(message(count), expected);
    let bound = message(|| caches().histogram("cache.load.duration").assert_bucket(0.5, 1));
    assert!(bound.contains("has no bucket up to 0.5, only up to 0.1, 1, inf;"), "{bound}");
    let sum = message(|| caches().histogram("cache.load.duration").assert_sum_near(3.0, 0.5));
    assert!(sum.contains("has the sum 2.3") && sum.contains("not within 0.5 of 3;"), "{sum}");
}

#[test]
fn a_long_list_ends_before_it_is_a_flood() {
    let telemetry = TestTelemetry::new();
    let visits = telemetry.meter("shop").u64_counter("visits").build();
    for page in 0..25 {
        visits.add(1, &[KeyValue::new("page", page)]);
    }
    let long = message(|| telemetry.snapshot().counter("visits").assert(1));
    assert_eq!(long.lines().count(), 22, "{long}");
    assert!(long.ends_with("\n  and 5 more"), "{long}");
}
