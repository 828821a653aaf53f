//! The two sides of a bridge, and everything else in the same registry.

use std::collections::HashMap;

use kymo_bridge::{Bridge, Cause};
use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::{
    Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry,
    core::{Collector, Desc},
    proto::{self, Counter, Gauge, Metric, MetricFamily, MetricType, Quantile, Summary},
};

use super::scrape::{Rig, families, lines, normal, text};

#[test]
fn a_registry_gets_one_family_per_name_and_not_one_per_series() {
    let rig = Rig::bare();
    let counter = rig.meter().u64_counter("a").build();
    for number in 0..10 {
        counter.add(1, &[KeyValue::new("n", number)]);
    }
    let gathered = rig.bridge.registry().gather();
    assert_eq!((gathered.len(), gathered[0].get_metric().len()), (1, 10));
}

#[test]
fn all_other_collectors_appear_exactly_once_on_both_sides() {
    let rig = Rig::bare();
    rig.meter().u64_counter("m").build().add(5, &[]);
    let registry = rig.bridge.registry();
    let vec = IntCounterVec::new(Opts::new("z_total", "Z."), &["x"]).unwrap();
    vec.with_label_values(&["1"]).inc();
    vec.with_label_values(&["2"]).inc_by(2);
    let options = HistogramOpts::new("a", "A.").buckets(vec![0.5, 1.0]);
    let histogram = Histogram::with_opts(options).unwrap();
    histogram.observe(0.7);
    registry.register(Box::new(vec)).unwrap();
    registry.register(Box::new(histogram)).unwrap();

    let text = rig.text();
    for family in ["# TYPE a histogram", "# TYPE m_total counter", "# TYPE z_total counter"] {
        assert_eq!(text.matches(family).count(), 1, "{text}");
    }
    let (own, registry) = (families(&text), families(&rig.registry_text()));
    assert_eq!(own.len(), 3);
    for (name, family) in own {
        assert_eq!(normal(family), normal(registry[&name].clone()));
    }
    assert_eq!(rig.losses(), []);
}

#[test]
fn timestamps_of_other_collectors_are_passed_on_as_the_registry_s_encoder_does() {
    let rig = Rig::bare();
    rig.meter().u64_counter("m").build().add(5, &[]);
    rig.bridge.register(Box::new(Timed)).unwrap();
    let (own, registry) = (rig.families(), families(&rig.registry_text()));
    let names: Vec<_> = own.keys().map(String::as_str).collect();
    assert_eq!(names, ["counter", "gauge", "histogram", "m_total", "summary"]);
    let quantiles =
        "summary{quantile=\"0.5\"} 2 1700000000123\nsummary{quantile=\"0.9\"} 4 1700000000123\n";
    assert!(rig.text().contains(quantiles), "{}", rig.text());
    for (name, family) in own {
        let stamps: Vec<_> = family.samples.iter().map(|sample| sample.timestamp).collect();
        let expected = if name == "m_total" { None } else { Some(1_700_000_000_123) };
        assert!(stamps.iter().all(|stamp| *stamp == expected), "{name}: {stamps:?}");
        assert_eq!(normal(family), normal(registry[&name].clone()));
    }
}

/// A family of every kind, of things that were true some time ago.
struct Timed;

impl Collector for Timed {
    fn desc(&self) -> Vec<&Desc> {
        Vec::new()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut summary = Summary::default();
        summary.set_sample_sum(7.5);
        summary.set_sample_count(3);
        let quantile = |(at, value)| {
            let mut quantile = Quantile::default();
            quantile.set_quantile(at);
            quantile.set_value(value);
            quantile
        };
        summary.set_quantile([(0.5, 2.0), (0.9, 4.0)].map(quantile).into());
        let kinds = [
            ("counter", MetricType::COUNTER),
            ("gauge", MetricType::GAUGE),
            ("histogram", MetricType::HISTOGRAM),
            ("summary", MetricType::SUMMARY),
        ];
        let family = |(name, kind): (&str, MetricType)| {
            let mut metric = Metric::from_label(Vec::new());
            match kind {
                MetricType::COUNTER => metric.set_counter(Counter::default()),
                MetricType::GAUGE => metric.set_gauge(Gauge::default()),
                MetricType::HISTOGRAM => metric.set_histogram(proto::Histogram::default()),
                _ => metric.set_summary(summary.clone()),
            }
            metric.set_timestamp_ms(1_700_000_000_123);
            let mut family = MetricFamily::default();
            family.set_name(name.into());
            family.set_help("Help.".into());
            family.set_field_type(kind);
            family.set_metric(vec![metric]);
            family
        };
        kinds.map(family).into()
    }
}

#[test]
fn a_registry_s_prefix_and_labels_are_on_everything() {
    let common =
        HashMap::from([("zone".to_owned(), "z".to_owned()), ("app".to_owned(), "shop".to_owned())]);
    let registry = Registry::new_custom(Some("corp".into()), Some(common)).unwrap();
    registry.register(Box::new(IntGauge::new("native", "N.").unwrap())).unwrap();
    let rig = Rig::of(Bridge::builder().registry(registry).without_scope_info());
    rig.meter().u64_counter("orders").build().add(1, &[KeyValue::new("a", "b")]);
    let own = rig.families();
    assert_eq!(lines(&own["corp_orders_total"]), ["corp_orders_total{a=b,app=shop,zone=z} 1"]);
    assert_eq!(lines(&own["corp_native"]), ["corp_native{app=shop,zone=z} 0"]);
    let registry = families(&rig.registry_text());
    for (name, family) in own {
        assert_eq!(normal(family), normal(registry[&name].clone()));
    }
}

#[test]
fn a_resource_label_named_like_that_of_a_bucket_does_not_cost_the_histograms() {
    let bridge =
        Bridge::builder().without_target_info().without_scope_info().resource_labels(|_| true);
    let bridge = bridge.build().unwrap();
    let resource = Resource::builder_empty().with_attribute(KeyValue::new("le", "x")).build();
    let provider =
        SdkMeterProvider::builder().with_resource(resource).with_reader(bridge.reader()).build();
    let rig = Rig { bridge, provider };
    rig.meter().f64_histogram("h").with_boundaries(vec![1.0]).build().record(0.5, &[]);
    assert!(rig.text().contains("h_count{exported_le=\"x\"} 1\n"), "{}", rig.text());
}

#[test]
fn a_bridge_that_no_provider_reads_for_says_so() {
    let bridge = Bridge::builder().build().unwrap();
    assert_eq!(bridge.registry().gather(), []);
    let losses = bridge.losses();
    assert_eq!(losses.len(), 1, "{losses:?}");
    assert_eq!(losses[0].cause, Cause::NoProvider);
    assert!(losses[0].cause.to_string().contains("Bridge::reader()"));
}

#[test]
fn a_family_of_both_worlds_is_one_group_without_repetition() {
    let rig = Rig::bare();
    let vec = IntCounterVec::new(Opts::new("orders_total", "Native."), &["x"]).unwrap();
    vec.with_label_values(&["1"]).inc_by(10);
    vec.with_label_values(&["2"]).inc_by(20);
    rig.bridge.registry().register(Box::new(vec)).unwrap();
    let counter = rig.meter().u64_counter("orders").with_description("Otel.").build();
    counter.add(1, &[KeyValue::new("x", "1")]);
    counter.add(3, &[KeyValue::new("x", "3")]);

    let family = rig.families().remove("orders_total").unwrap();
    assert_eq!(family.help.as_deref(), Some("Otel."));
    let expected = ["orders_total{x=1} 1", "orders_total{x=2} 20", "orders_total{x=3} 3"];
    assert_eq!(lines(&family), expected);
    let causes: Vec<_> = rig.losses().into_iter().map(|(_, cause)| cause).collect();
    assert_eq!(causes, ["HelpConflict", "DuplicateSeries"]);
}

#[test]
fn of_two_worlds_with_one_name_and_two_types_opentelemetry_s_is_kept() {
    let rig = Rig::bare();
    let gauge = IntGauge::new("orders_total", "Native.").unwrap();
    rig.bridge.registry().register(Box::new(gauge)).unwrap();
    rig.meter().u64_counter("orders").build().add(1, &[]);
    assert_eq!(lines(&rig.families()["orders_total"]), ["orders_total{} 1"]);
    let [(family, cause)] = &rig.losses()[..] else { panic!("{:?}", rig.losses()) };
    assert_eq!(family, "orders_total");
    assert_eq!(cause, "TypeConflict { kept: Counter, dropped: Gauge }");
}

#[test]
fn a_collector_named_like_a_sample_of_a_histogram_is_dropped() {
    let rig = Rig::bare();
    let gauge = IntGauge::new("latency_count", "Native.").unwrap();
    rig.bridge.registry().register(Box::new(gauge)).unwrap();
    rig.meter().f64_histogram("latency").build().record(1.0, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["latency"]);
    assert_eq!(rig.losses()[0].0, "latency_count");
}

#[test]
fn scrapes_of_both_sides_at_the_same_time_do_not_mix() {
    let rig = Rig::bare();
    rig.meter().u64_counter("orders").build().add(1, &[]);
    rig.bridge.registry().register(Box::new(IntGauge::new("depth", "D.").unwrap())).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert_eq!(rig.families().len(), 2);
                }
            });
            scope.spawn(|| {
                for _ in 0..200 {
                    assert_eq!(rig.bridge.registry().gather().len(), 2);
                }
            });
        }
    });
}

#[test]
fn two_bridges_can_be_nested() {
    let (inner, outer) = (Rig::bare(), Rig::bare());
    inner.meter().u64_counter("inner").build().add(1, &[]);
    outer.meter().u64_counter("outer").build().add(1, &[]);
    outer.bridge.register(Box::new(Gathering(inner.bridge.clone()))).unwrap();
    assert_eq!(outer.families().into_keys().collect::<Vec<_>>(), ["inner_total", "outer_total"]);
}

/// Scrapes another bridge, and passes on what is in its registry.
struct Gathering(Bridge);

impl Collector for Gathering {
    fn desc(&self) -> Vec<&Desc> {
        Vec::new()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        drop(text(&self.0));
        self.0.registry().gather()
    }
}
