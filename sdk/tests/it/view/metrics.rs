//! Which metrics there are, and in which buckets they count.

use kymo::{TelemetryBuilder, View, opentelemetry::KeyValue};

use super::page::shaped;

#[test]
fn a_metric_that_is_off_is_nowhere_and_its_callback_is_never_called() {
    let shown = shaped(|shop| shop.view("sold", View::off()).view("depth*", View::off()));
    let meter = shown.meter();
    let sold = meter.u64_counter("sold").build();
    sold.add(1, &[]);
    sold.bind(&[KeyValue::new("book", "Dune")]).add(1);
    meter.u64_observable_gauge("depth.of.queue").with_callback(|_| panic!("called")).build();
    meter.f64_histogram("wait").build().record(1.0, &[]);
    let page = shown.page();
    assert!(page.keys().all(|series| series.starts_with("wait_")), "{page:#?}");
    assert!(!page.is_empty());
}

#[test]
fn the_last_word_counts_for_each_thing_and_a_metric_never_becomes_two() {
    let shown = shaped(|shop| {
        shop.view("*", View::off())
            .view("wait.*", View::on().buckets([1.0]).without_attribute("a"))
            .view("WAIT.TIME", View::new().buckets([2.0]).rename_attribute("b", "c"))
    });
    let meter = shown.meter();
    meter.u64_counter("sold").build().add(1, &[]);
    let attributes = [KeyValue::new("a", "1"), KeyValue::new("b", "2")];
    meter.f64_histogram("wait.time").build().record(1.5, &attributes);
    let names: Vec<_> = shown.page().into_keys().collect();
    assert_eq!(
        names,
        [
            r#"wait_time_bucket{c="2",le="+Inf"}"#,
            r#"wait_time_bucket{c="2",le="2"}"#,
            r#"wait_time_count{c="2"}"#,
            r#"wait_time_sum{c="2"}"#,
        ]
    );
}

#[test]
fn buckets_of_a_view_are_stronger_than_those_of_the_instrument_and_leave_counters_alone() {
    let shown = shaped(|shop| shop.view("*", View::new().buckets([10.0, 20.0])));
    let meter = shown.meter();
    let with = meter.f64_histogram("with").with_boundaries(vec![1.0]).build();
    with.record(15.0, &[]);
    meter.u64_histogram("without").build().record(15, &[]);
    meter.u64_counter("sold").build().add(15, &[]);
    let expected = [(r#"le="+Inf""#, 1.0), (r#"le="10""#, 0.0), (r#"le="20""#, 1.0)];
    shown.shows("with_bucket", &expected);
    shown.shows("without_bucket", &expected);
    shown.shows("sold_total", &[("", 15.0)]);
}

#[test]
fn a_view_without_buckets_leaves_those_of_the_instrument() {
    let shown = shaped(|shop| shop.view("wait", View::new().limit(7)));
    shown.meter().f64_histogram("wait").with_boundaries(vec![1.0]).build().record(0.5, &[]);
    shown.shows("wait_bucket", &[(r#"le="+Inf""#, 1.0), (r#"le="1""#, 1.0)]);
}

#[test]
fn a_view_of_names_nobody_uses_changes_nothing() {
    let plain = shaped(TelemetryBuilder::prometheus);
    let shown = shaped(|shop| shop.view("other.*", View::off()).view("s?ld?", View::off()));
    for shop in [&plain, &shown] {
        shop.meter().u64_counter("sold").build().add(1, &[KeyValue::new("b", "1")]);
    }
    assert_eq!(plain.page(), shown.page());
}

#[test]
fn the_description_says_what_every_view_says() {
    let shown = shaped(|shop| {
        let view = View::new()
            .buckets([0.1, 1.0])
            .only_attributes(["b", "a"])
            .without_attribute("b")
            .rename_attribute("a", "c")
            .attribute_budget("a", 5)
            .limit(7);
        shop.view("*", View::off()).view("wait", view).common_attribute("region", "eu")
    });
    let description = shown.0.describe();
    let said = |name| description.get(name).map(|setting| setting.value.as_str());
    assert_eq!(said("view.*"), Some("off"));
    let wait = "buckets [0.1, 1.0], only a+b, a as c, without b, a of 5 values at most, \
                7 series at most";
    assert_eq!(said("view.wait"), Some(wait));
    assert_eq!(said("common.attribute.region"), Some("eu"));
}

#[test]
fn exponential_buckets_are_classic_ones_in_a_text_and_nothing_is_lost() {
    let shown = shaped(|shop| {
        shop.prometheus()
            .view("w*", View::new().exponential_buckets())
            .view("wait.short", View::new().buckets([1.0]))
    });
    let meter = shown.meter();
    for name in ["wait.long", "wait.short"] {
        let wait = meter.f64_histogram(name).with_boundaries(vec![0.5]).build();
        for seconds in [0.3, 0.7, 1.0] {
            wait.record(seconds, &[]);
        }
    }
    meter.u64_counter("walks").build().add(1, &[]);
    let powers =
        [(r#"le="+Inf""#, 3.0), (r#"le="0.25""#, 0.0), (r#"le="0.5""#, 1.0), (r#"le="1""#, 3.0)];
    shown.shows("wait_long_bucket", &powers);
    shown.shows("wait_long_count", &[("", 3.0)]);
    shown.shows("wait_long_sum", &[("", 2.0)]);
    shown.shows("wait_short_bucket", &[(r#"le="+Inf""#, 3.0), (r#"le="1""#, 3.0)]);
    shown.shows("walks_total", &[("", 1.0)]);
    assert!(shown.0.bridge().unwrap().losses().is_empty());
}
