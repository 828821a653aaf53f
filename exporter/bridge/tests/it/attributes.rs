//! The rules of the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", part
//! "OTLP Metric points to Prometheus", one test each, in the order of that page: attributes of
//! points and of the resource.

use kymo_bridge::Bridge;
use opentelemetry::{Array, KeyValue, Value, metrics::MeterProvider};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};

use super::scrape::{Rig, lines, normal};

// Metric Attributes

#[test]
fn keys_become_label_names_and_runs_become_one_underscore() {
    assert_eq!(labels(&[KeyValue::new("http..route", "/")]), "http_route=/");
    assert_eq!(labels(&[KeyValue::new("1st", "a")]), "_1st=a");
    assert_eq!(labels(&[KeyValue::new("c:d", "a")]), "c_d=a");
    assert_eq!(labels(&[KeyValue::new("__name__", "a")]), "_name_=a");
}

#[test]
fn values_that_are_no_strings_become_text() {
    assert_eq!(labels(&[KeyValue::new("a", 7), KeyValue::new("b", true)]), "a=7,b=true");
    let array = Value::Array(Array::F64(vec![0.5, 2.0]));
    assert_eq!(labels(&[KeyValue::new("a", array)]), "a=[0.5,2]");
    let texts = Array::String(vec!["b \"c\"".into(), "d\n\\".into()]);
    assert_eq!(labels(&[KeyValue::new("a", Value::Array(texts))]), r#"a=["b \"c\"","d\n\\"]"#);
    let flags = Array::Bool(vec![true, false]);
    assert_eq!(labels(&[KeyValue::new("a", Value::Array(flags))]), "a=[true,false]");
}

#[test]
fn keys_that_become_one_are_joined_in_the_order_of_the_keys() {
    let keys = [KeyValue::new("a_b", "2"), KeyValue::new("x", ""), KeyValue::new("a.b", "1")];
    assert_eq!(labels(&keys), "a_b=1;2,x=");
}

#[test]
fn of_a_key_given_twice_the_first_value_counts_in_every_scrape() {
    let twice = [KeyValue::new("k", "1"), KeyValue::new("k", "2")];
    for _ in 0..20 {
        assert_eq!(labels(&twice), "k=1");
    }
}

#[test]
fn keys_that_become_a_scope_label_are_joined_with_it() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    let hiding = [KeyValue::new("otel.scope.name", "x"), KeyValue::new("a", 1)];
    rig.meter().u64_gauge("a").build().record(1, &hiding);
    assert_eq!(lines(&rig.families()["a"]), ["a{a=1,otel_scope_name=x;test} 1"]);
}

#[test]
fn an_attribute_called_le_does_not_break_a_histogram() {
    let rig = Rig::bare();
    let histogram = rig.meter().f64_histogram("a").with_boundaries(vec![]).build();
    histogram.record(1.0, &[KeyValue::new("le", "x")]);
    rig.meter().f64_gauge("b").build().record(1.0, &[KeyValue::new("le", "x")]);
    let families = rig.families();
    assert_eq!(lines(&families["a"])[0], "a_bucket{exported_le=x,le=+Inf} 1");
    assert_eq!(lines(&families["b"]), ["b{le=x} 1"]);
}

#[test]
fn of_two_series_with_the_same_labels_the_later_is_dropped_and_reported() {
    let same: [(Vec<KeyValue>, Vec<KeyValue>); 3] = [
        (vec![KeyValue::new("a.b", "1")], vec![KeyValue::new("a_b", "1")]),
        (vec![KeyValue::new("a", 1)], vec![KeyValue::new("a", "1")]),
        (vec![KeyValue::new("a", "")], vec![]),
    ];
    for (first, second) in same {
        let rig = Rig::bare();
        let gauge = rig.meter().u64_gauge("g").build();
        for number in 0..20 {
            gauge.record(1, &[KeyValue::new("other", number)]);
        }
        gauge.record(1, &first);
        gauge.record(1, &second);
        assert_eq!(rig.families()["g"].samples.len(), 21, "{first:?}");
        assert_eq!(rig.losses(), [("g".into(), "DuplicateSeries".into())]);
    }
}

#[test]
fn without_scope_labels_series_of_two_scopes_are_not_repeated() {
    let rig = Rig::bare();
    for scope in ["one", "two"] {
        rig.provider.meter(scope).u64_gauge("g").build().record(1, &[]);
    }
    assert_eq!(lines(&rig.families()["g"]), ["g{} 1"]);
    assert_eq!(rig.losses(), [("g".into(), "DuplicateSeries".into())]);
}

// Resource Attributes

#[test]
fn the_resource_is_one_target_info_with_all_its_attributes() {
    let bridge = Bridge::builder().build().unwrap();
    let resource = Resource::builder_empty()
        .with_attributes([KeyValue::new("service.name", "shop"), KeyValue::new("b", 1)])
        .build();
    let provider =
        SdkMeterProvider::builder().with_resource(resource).with_reader(bridge.reader()).build();
    let rig = Rig { bridge, provider };
    rig.meter().u64_counter("orders").build().add(1, &[]);
    rig.meter().u64_gauge("target.info").build().record(5, &[]);
    let target = "# HELP target_info Target metadata\n# TYPE target_info gauge\n\
                  target_info{b=\"1\",service_name=\"shop\"} 1\n";
    assert!(rig.text().ends_with(target), "{}", rig.text());
    assert_eq!(rig.registry_text().matches("target_info").count(), 3);
    assert_eq!(rig.bridge.losses()[0].family, "target_info");
}

#[test]
fn an_empty_resource_gives_no_target_info() {
    let rig = Rig::of(Bridge::builder());
    rig.meter().u64_gauge("g").build().record(1, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["g"]);
}

// Prometheus exporter

#[test]
fn families_are_sorted_and_have_no_timestamps() {
    let rig = Rig::bare();
    for name in ["z", "a", "m"] {
        rig.meter().u64_gauge(name).build().record(1, &[]);
    }
    rig.meter().u64_counter("b").build().add(1, &[]);
    rig.meter().u64_histogram("h").with_boundaries(vec![]).build().record(1, &[]);
    let samples: Vec<_> =
        rig.text().lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let histogram = ["h_bucket{le=\"+Inf\"} 1", "h_sum 1", "h_count 1"];
    assert_eq!(samples, [&["a 1", "b_total 1"][..], &histogram, &["m 1", "z 1"]].concat());
}

fn labels<const N: usize>(attributes: &[KeyValue; N]) -> String {
    let rig = Rig::bare();
    rig.meter().u64_gauge("g").build().record(1, attributes);
    let line = lines(&normal(rig.families().remove("g").unwrap())).remove(0);
    line.strip_prefix("g{").and_then(|rest| rest.strip_suffix("} 1")).unwrap().to_owned()
}
