//! The rules of the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", part
//! "OTLP Metric points to Prometheus", one test each, in the order of that page: metadata, scopes,
//! sums and histograms.

use std::time::SystemTime;

use kymo_bridge::Bridge;
use kymo_exposition::{Family, Format, Scheme, Series, Sink, Source, Writer};
use opentelemetry::{InstrumentationScope, KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{InstrumentKind, Temporality, reader::MetricReader};

use super::scrape::{Rig, lines};

// Metric Metadata

#[test]
fn a_scrape_has_one_type_help_and_unit_for_a_name_in_several_scopes() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    for scope in ["one", "two"] {
        let meter = rig.provider.meter(scope);
        let orders = meter.u64_counter("orders").with_unit("By").with_description("Orders.");
        orders.build().add(1, &[]);
    }
    let text = rig.text();
    assert_eq!(text.matches("# TYPE orders_bytes_total counter\n").count(), 1, "{text}");
    assert_eq!(text.matches("# HELP orders_bytes_total Orders.\n").count(), 1);
    assert_eq!(rig.families()["orders_bytes_total"].samples.len(), 2);
    let mut page = Vec::new();
    let mut writer = Writer::new(&mut page, Format::OpenMetrics100, Scheme::Underscores);
    rig.bridge.collect(&mut writer);
    assert_eq!(writer.finish().families, 1);
    let page = String::from_utf8(page).unwrap();
    for line in
        ["# TYPE orders_bytes counter", "# UNIT orders_bytes bytes", "# HELP orders_bytes Orders."]
    {
        assert_eq!(page.lines().filter(|it| *it == line).count(), 1, "{page}");
    }
    assert_eq!(rig.losses(), []);
}

#[test]
fn of_two_types_of_one_name_the_later_is_dropped_and_reported_once() {
    let rig = Rig::bare();
    rig.meter().u64_counter("a").build().add(1, &[]);
    rig.meter().u64_gauge("a_total").build().record(9, &[]);
    for _ in 0..3 {
        let families = rig.families();
        assert_eq!(families["a_total"].kind, "counter");
        assert_eq!(lines(&families["a_total"]), ["a_total{} 1"]);
    }
    let losses = rig.bridge.losses();
    assert_eq!((losses.len(), losses[0].times), (1, 3));
    assert_eq!(losses[0].family, "a_total");
    let told = losses[0].cause.to_string();
    assert!(
        told.contains("Gauge") && told.contains("Counter") && told.contains("rename"),
        "{told}"
    );
}

#[test]
fn of_two_descriptions_the_first_is_used_and_no_series_is_lost() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    let describe = |scope: &'static str, help: &'static str| {
        let meter = rig.provider.meter(scope);
        meter.u64_counter("orders").with_description(help).build().add(1, &[]);
    };
    describe("one", "First.");
    describe("two", "Second.");
    let family = rig.families().remove("orders_total").unwrap();
    assert_eq!((family.help.as_deref(), family.samples.len()), (Some("First."), 2));
    assert_eq!(rig.losses(), [("orders_total".into(), "HelpConflict".into())]);
}

#[test]
fn of_two_units_the_first_is_used_and_no_series_is_lost() {
    let rig = Rig::of(Bridge::builder().without_target_info().without_units());
    for (scope, unit) in [("one", "s"), ("two", ""), ("three", "By")] {
        rig.provider.meter(scope).f64_gauge("size").with_unit(unit).build().record(1.0, &[]);
    }
    let mut seen = Seen::default();
    rig.bridge.collect(&mut seen);
    assert_eq!(seen.units, [("size".to_owned(), "seconds".to_owned())]);
    assert_eq!(seen.starts.len(), 3);
    assert_eq!(rig.losses(), [("size".into(), "UnitConflict".into())]);
}

#[test]
fn a_family_stays_what_it_was_in_the_first_scrape() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    let describe = |scope: &'static str, help: &'static str| {
        let meter = rig.provider.meter(scope);
        meter.u64_gauge("depth").with_description(help).build().record(1, &[]);
    };
    describe("z", "From the first scrape.");
    rig.families();
    describe("a", "Later, though its scope sorts before.");
    let family = rig.families().remove("depth").unwrap();
    assert_eq!(family.help.as_deref(), Some("From the first scrape."));
}

#[test]
fn discouraged_characters_become_underscores_and_runs_become_one() {
    let rig = Rig::bare();
    rig.meter().u64_gauge("a..b-c/d__e").build().record(1, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["a_b_c_d_e"]);
}

#[test]
fn units_become_words_and_come_before_the_type() {
    let cases = [
        ("a", "By", "a_bytes_total"),
        ("b", "kBy", "b_kilobytes_total"),
        ("c", "KBy", "c_kilobytes_total"),
        ("d", "TiBy", "d_tebibytes_total"),
        ("e", "m/s", "e_meters_per_second_total"),
        ("f", "{packet}", "f_total"),
        ("g", "{packet}/s", "g_per_second_total"),
        ("h", "1", "h_total"),
        ("i.bytes", "By", "i_bytes_total"),
        ("j_bytes_total", "By", "j_bytes_total"),
        ("jobs_total", "", "jobs_total"),
    ];
    let rig = Rig::bare();
    for (name, unit, _) in cases {
        rig.meter().u64_counter(name).with_unit(unit).build().add(1, &[]);
    }
    let expected: Vec<_> = cases.iter().map(|case| case.2.to_owned()).collect();
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), expected);
}

#[test]
fn a_unit_is_metadata_of_the_family() {
    let rig = Rig::bare();
    rig.meter().f64_histogram("latency").with_unit("s").build().record(1.0, &[]);
    rig.meter().f64_gauge("load").with_unit("1").build().record(1.0, &[]);
    rig.meter().f64_gauge("size").with_unit("{item}").build().record(1.0, &[]);
    let mut seen = Seen::default();
    rig.bridge.collect(&mut seen);
    let expected = [("latency_seconds", "seconds"), ("load_ratio", "ratio"), ("size", "")];
    assert_eq!(seen.units, expected.map(|(name, unit)| (name.to_owned(), unit.to_owned())));
}

#[test]
fn the_description_is_the_help_and_the_kind_the_type() {
    let rig = Rig::bare();
    let meter = rig.meter();
    meter.u64_counter("a").with_description("A.").build().add(1, &[]);
    meter.i64_up_down_counter("b").build().add(-1, &[]);
    meter.f64_gauge("c").build().record(1.0, &[]);
    meter.f64_histogram("d").build().record(1.0, &[]);
    let types: Vec<_> = rig
        .families()
        .into_values()
        .map(|family| (family.name, family.kind, family.help))
        .collect();
    let expected = [("a_total", "counter"), ("b", "gauge"), ("c", "gauge"), ("d", "histogram")];
    let expected = expected.map(|(name, kind)| {
        (name.to_owned(), kind.to_owned(), (name == "a_total").then(|| "A.".to_owned()))
    });
    assert_eq!(types, expected);
}

// Instrumentation Scope

#[test]
fn every_series_says_which_scope_it_is_from() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    let scope = InstrumentationScope::builder("shop")
        .with_version("1.2")
        .with_schema_url("https://schema")
        .with_attributes([KeyValue::new("team.name", "a"), KeyValue::new("name", "hidden")])
        .build();
    rig.provider.meter_with_scope(scope).u64_counter("orders").build().add(1, &[]);
    let line = "orders_total{otel_scope_name=shop,otel_scope_schema_url=https://schema,\
                otel_scope_team_name=a,otel_scope_version=1.2} 1";
    assert_eq!(lines(&rig.families()["orders_total"]), [line]);
}

// Sums

#[test]
fn a_name_that_ends_in_total_remains_unchanged() {
    let rig = Rig::bare();
    rig.meter().u64_counter("jobs_total").build().add(1, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["jobs_total"]);
}

#[test]
fn counters_and_histograms_say_when_they_began_and_gauges_do_not() {
    let before = SystemTime::now();
    let rig = Rig::bare();
    rig.meter().u64_counter("a").build().add(1, &[]);
    rig.meter().f64_histogram("b").build().record(1.0, &[]);
    rig.meter().f64_gauge("c").build().record(1.0, &[]);
    rig.meter().i64_up_down_counter("d").build().add(1, &[]);
    let mut seen = Seen::default();
    rig.bridge.collect(&mut seen);
    let known: Vec<_> = seen.starts.iter().map(Option::is_some).collect();
    assert_eq!(known, [true, true, false, false]);
    assert!(seen.starts.iter().flatten().all(|start| *start >= before));
}

#[test]
fn no_series_begins_after_a_scrape_was_sent_for() {
    let rig = Rig::bare();
    let sent = SystemTime::now();
    rig.meter().u64_counter("a").build().add(1, &[]);
    rig.meter().f64_histogram("b").build().record(1.0, &[]);
    let mut seen = Seen::default();
    rig.bridge.collect(&mut seen);
    assert_eq!(seen.starts.len(), 2);
    assert!(seen.starts.iter().flatten().all(|start| *start <= sent));
}

#[test]
fn temporality_is_cumulative_for_every_kind_of_instrument() {
    let reader = Rig::bare().bridge.reader();
    for kind in [
        InstrumentKind::Counter,
        InstrumentKind::UpDownCounter,
        InstrumentKind::Histogram,
        InstrumentKind::Gauge,
        InstrumentKind::ObservableCounter,
        InstrumentKind::ObservableUpDownCounter,
        InstrumentKind::ObservableGauge,
    ] {
        assert_eq!(reader.temporality(kind), Temporality::Cumulative);
    }
    let rig = Rig::bare();
    let counter = rig.meter().u64_counter("a").build();
    for total in 1..4 {
        counter.add(1, &[]);
        assert_eq!(lines(&rig.families()["a_total"]), [format!("a_total{{}} {total}")]);
    }
}

#[test]
fn a_count_above_two_to_the_53_is_exact() {
    let rig = Rig::bare();
    rig.meter().u64_counter("a").build().add(u64::MAX, &[]);
    rig.meter().i64_gauge("b").build().record(i64::MIN + 1, &[]);
    let families = rig.families();
    assert_eq!(lines(&families["a_total"]), ["a_total{} 18446744073709551615"]);
    assert_eq!(lines(&families["b"]), ["b{} -9223372036854775807"]);
}

// Histograms

#[test]
fn a_histogram_has_cumulative_buckets_a_sum_and_a_count() {
    let rig = Rig::bare();
    let histogram = rig.meter().f64_histogram("a").with_boundaries(vec![0.5, 1.0]).build();
    for number in [0.1, 0.5, 0.7, 3.0] {
        histogram.record(number, &[KeyValue::new("x", "y")]);
    }
    let document = "# TYPE a histogram\n\
        a_bucket{x=\"y\",le=\"0.5\"} 2\n\
        a_bucket{x=\"y\",le=\"1\"} 3\n\
        a_bucket{x=\"y\",le=\"+Inf\"} 4\n\
        a_sum{x=\"y\"} 4.3\n\
        a_count{x=\"y\"} 4\n";
    assert_eq!(rig.text(), document);
}

#[test]
fn a_histogram_without_bounds_still_counts() {
    let rig = Rig::bare();
    let histogram = rig.meter().u64_histogram("a").with_boundaries(vec![]).build();
    histogram.record(7, &[]);
    let expected = ["a_bucket{le=+Inf} 1", "a_count{} 1", "a_sum{} 7"];
    assert_eq!(lines(&rig.families()["a"]), expected);
}

#[test]
fn a_metric_named_like_a_sample_of_a_histogram_is_dropped_and_reported() {
    let rig = Rig::bare();
    rig.meter().f64_histogram("requests").build().record(1.0, &[]);
    rig.meter().u64_gauge("requests_count").build().record(9, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["requests"]);
    let [(family, cause)] = &rig.losses()[..] else { panic!("{:?}", rig.losses()) };
    assert_eq!(family, "requests_count");
    assert!(cause.contains("NameTaken") && cause.contains("requests"));
}

/// Keeps the metadata that a text cannot show.
#[derive(Default)]
struct Seen {
    units: Vec<(String, String)>,
    starts: Vec<Option<SystemTime>>,
}

impl Sink for Seen {
    fn family(&mut self, family: &Family<'_>) {
        self.units.push((family.name.into(), family.unit.into()));
    }

    fn series(&mut self, series: &Series<'_>) {
        self.starts.push(series.start_time);
    }
}
