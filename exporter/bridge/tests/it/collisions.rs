//! Series that are distinct in OpenTelemetry and equal in Prometheus.

use std::collections::BTreeSet;

use kymo_bridge::{Bridge, Cause};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value, metrics::MeterProvider};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    parser::ReadFamily,
    scrape::{Rig, families, lines, normal},
};

/// Sets of attributes that are one set of labels.
fn twins() -> Vec<Vec<Vec<KeyValue>>> {
    let x = |value: Value| vec![KeyValue::new("x", value)];
    vec![
        vec![x("".into()), vec![]],
        vec![x(1.into()), x(1.0.into()), x("1".into())],
        vec![x(true.into()), x("true".into())],
        vec![
            vec![KeyValue::new("a.b", "1")],
            vec![KeyValue::new("a_b", "1")],
            vec![KeyValue::new("a_b", "1"), KeyValue::new("y", "")],
        ],
    ]
}

/// The families of both sides, which must be equal.
fn both(rig: &Rig, name: &str) -> ReadFamily {
    let own = normal(rig.families().remove(name).unwrap());
    let registry = normal(families(&rig.registry_text()).remove(name).unwrap());
    assert_eq!(own, registry);
    own
}

#[test]
fn sums_that_become_one_series_are_added() {
    for twins in twins() {
        let rig = Rig::bare();
        let meter = rig.meter();
        let counter = meter.u64_counter("counter").build();
        let real = meter.f64_counter("real").build();
        let level = meter.i64_up_down_counter("level").build();
        for (set, number) in twins.iter().zip([1_u32, 6, 100]) {
            counter.add(number.into(), set);
            real.add(f64::from(number) / 2.0, set);
            level.add(-i64::from(number), set);
        }
        let total = if twins.len() == 3 { 107.0 } else { 7.0 };
        for (name, expected) in
            [("counter_total", total), ("real_total", total / 2.0), ("level", -total)]
        {
            let family = both(&rig, name);
            assert_eq!(family.samples.len(), 1, "{twins:?}");
            assert_eq!(family.samples[0].value, expected.to_string(), "{twins:?}");
        }
        assert_eq!(rig.losses(), []);
    }
}

#[test]
fn histograms_that_become_one_series_are_added() {
    for twins in twins() {
        let rig = Rig::bare();
        let histogram = rig.meter().f64_histogram("h").with_boundaries(vec![1.0, 2.0]).build();
        for (set, number) in twins.iter().zip([0.5, 1.5, 8.0]) {
            histogram.record(number, set);
        }
        let values: Vec<_> = both(&rig, "h").samples.into_iter().map(|it| it.value).collect();
        let expected =
            if twins.len() == 3 { ["3", "1", "2", "3", "10"] } else { ["2", "1", "2", "2", "2"] };
        let sorted = |mut values: Vec<String>| {
            values.sort();
            values
        };
        assert_eq!(sorted(values), sorted(expected.map(str::to_owned).into()), "{twins:?}");
        assert_eq!(rig.losses(), []);
    }
}

#[test]
fn sums_of_two_scopes_and_of_two_instruments_of_one_name_are_added() {
    let rig = Rig::bare();
    for scope in ["one", "two"] {
        let meter = rig.provider.meter(scope);
        meter.u64_counter("orders.paid").build().add(1, &[]);
        meter.f64_counter("orders_paid").build().add(0.5, &[]);
        meter.u64_counter("orders.paid_total").build().add(10, &[KeyValue::new("x", "")]);
    }
    assert_eq!(lines(&both(&rig, "orders_paid_total")), ["orders_paid_total{} 23"]);
    assert_eq!(rig.losses(), []);
}

#[test]
fn an_empty_version_of_a_scope_is_none() {
    let rig = Rig::of(Bridge::builder().without_target_info());
    let shop = || InstrumentationScope::builder("shop");
    let scopes = [shop().build(), shop().with_version("").build()];
    for (scope, number) in scopes.into_iter().zip([1, 6]) {
        rig.provider.meter_with_scope(scope).u64_counter("orders").build().add(number, &[]);
    }
    let values: Vec<_> =
        both(&rig, "orders_total").samples.into_iter().map(|it| it.value).collect();
    assert_eq!(values, ["7"]);
}

#[test]
fn an_integer_stays_exact_when_it_is_added_and_does_not_wrap_round() {
    let rig = Rig::bare();
    let counter = rig.meter().u64_counter("c").build();
    counter.add(9_007_199_254_740_993, &[]);
    counter.add(2, &[KeyValue::new("x", "")]);
    assert_eq!(lines(&rig.families()["c_total"]), ["c_total{} 9007199254740995"]);
    counter.add(u64::MAX - 9_007_199_254_740_993, &[]);
    assert_eq!(lines(&rig.families()["c_total"]), ["c_total{} 1.8446744073709552e+19"]);
}

#[test]
fn of_gauges_of_scopes_and_of_numbers_that_become_one_the_same_survives_in_each_process() {
    let survivor = |is_turned: bool| {
        let rig = Rig::bare();
        let mut recorders: Vec<Box<dyn Fn()>> = Vec::new();
        for (value, number) in [(Value::from(1), 1_u64), (Value::from("1"), 2)] {
            let scope = InstrumentationScope::builder("shop");
            let scope = scope.with_attributes([KeyValue::new("k", value)]).build();
            let meter = rig.provider.meter_with_scope(scope);
            recorders.push(Box::new(move || meter.u64_gauge("g").build().record(number, &[])));
        }
        let meter = rig.meter();
        let real = meter.clone();
        recorders.push(Box::new(move || real.f64_gauge("h").build().record(1.0, &[])));
        recorders.push(Box::new(move || meter.u64_gauge("h").build().record(2, &[])));
        if is_turned {
            recorders.reverse();
        }
        for record in &recorders {
            record();
        }
        ["g", "h"].map(|name| both(&rig, name).samples[0].value.clone())
    };
    let survivors: BTreeSet<_> = (0..40).map(|n| survivor(n % 2 == 0)).collect();
    assert_eq!(survivors.len(), 1, "{survivors:?}");
}

#[test]
fn of_gauges_that_become_one_series_the_same_survives_in_each_process() {
    for twins in twins() {
        let survivors: BTreeSet<_> = (0..20)
            .map(|round| {
                let rig = Rig::bare();
                let gauge = rig.meter().u64_gauge("g").build();
                let mut readings: Vec<_> = twins.iter().zip([1, 6, 100]).collect();
                readings.rotate_left(round % twins.len());
                for (set, number) in readings {
                    gauge.record(number, set);
                }
                let value = both(&rig, "g").samples[0].value.clone();
                assert_eq!(rig.losses(), [("g".into(), "DuplicateSeries".into())]);
                let times = rig.bridge.losses()[0].times;
                assert_eq!(usize::try_from(times).unwrap(), 2 * (twins.len() - 1));
                value
            })
            .collect();
        assert_eq!(survivors.len(), 1, "{twins:?}: {survivors:?}");
    }
}

#[test]
fn histograms_with_other_buckets_are_added_in_those_that_both_have() {
    let rig = Rig::bare();
    for (scope, bounds) in [("one", vec![1.0, 2.0, 5.0]), ("two", vec![1.0, 5.0, 10.0])] {
        let histogram =
            rig.provider.meter(scope).f64_histogram("h").with_boundaries(bounds).build();
        for number in [0.5, 1.5, 3.0, 7.0, 20.0] {
            histogram.record(number, &[]);
        }
    }
    let expected = [
        "h_bucket{le=+Inf} 10",
        "h_bucket{le=1} 2",
        "h_bucket{le=5} 6",
        "h_count{} 10",
        "h_sum{} 64",
    ];
    assert_eq!(lines(&rig.families()["h"]), expected);
    both(&rig, "h");
    assert_eq!(rig.losses(), [("h".into(), "UnlikeBuckets".into())]);
}

#[test]
fn numbers_of_two_units_are_not_added() {
    let bare = Bridge::builder().without_target_info().without_scope_info().without_units();
    let rig = Rig::of(bare);
    for (scope, unit, number) in [("one", "By", 3000), ("two", "kBy", 3)] {
        let meter = rig.provider.meter(scope);
        meter.u64_counter("sent").with_unit(unit).build().add(number, &[]);
    }
    assert_eq!(lines(&both(&rig, "sent_total")), ["sent_total{} 3000"]);
    let causes = ["UnitConflict", "DuplicateSeries"];
    assert_eq!(rig.losses(), causes.map(|cause| ("sent_total".to_owned(), cause.to_owned())));
}

#[test]
fn units_that_are_written_differently_are_one() {
    let units = ["", "1", "{order}", "1{order}", " "];
    let times = ["us", "us{wait}", "us/{order}"];
    for units in [&units[..], &times[..]] {
        let bare = Bridge::builder().without_target_info().without_scope_info().without_units();
        let rig = Rig::of(bare);
        for (index, unit) in units.iter().enumerate() {
            let meter = rig.provider.meter_with_scope(
                InstrumentationScope::builder("shop").with_version(index.to_string()).build(),
            );
            meter.u64_counter("orders.paid").with_unit(*unit).build().add(1, &[]);
            meter.f64_histogram("wait").with_unit(*unit).build().record(1.0, &[]);
            meter.i64_up_down_counter("open").with_unit(*unit).build().add(1, &[]);
        }
        for (family, line) in [
            ("orders_paid_total", "orders_paid_total{} "),
            ("wait", "wait_count{} "),
            ("open", "open{} "),
        ] {
            let expected = format!("{line}{}", units.len());
            assert!(lines(&both(&rig, family)).contains(&expected), "{family}: {units:?}");
        }
        assert_eq!(rig.losses(), []);
    }
}

#[test]
fn an_annotation_is_no_unit_of_its_own() {
    let rig = Rig::bare();
    rig.meter().u64_counter("orders.paid").with_unit("{order}").build().add(1, &[]);
    rig.meter().u64_counter("orders_paid").build().add(6, &[]);
    assert_eq!(lines(&both(&rig, "orders_paid_total")), ["orders_paid_total{} 7"]);
    assert_eq!(rig.losses(), []);
}

#[test]
fn units_that_no_name_can_have_are_still_two() {
    let rig = Rig::bare();
    for (scope, unit, number) in [("one", "$", 5), ("two", "#", 3)] {
        let meter = rig.provider.meter(scope);
        meter.u64_counter("paid").with_unit(unit).build().add(number, &[]);
    }
    assert_eq!(lines(&both(&rig, "paid_total")), ["paid_total{} 5"]);
    assert_eq!(rig.losses(), [("paid_total".into(), "DuplicateSeries".into())]);
}

#[test]
fn values_that_are_too_long_are_cut_and_what_becomes_equal_is_added() {
    let rig = Rig::bare();
    let long = |end: &str| format!("x{}{end}", "\u{e9}".repeat(600));
    let counter = rig.meter().u64_counter("c").build();
    for (end, number) in [("a", 1), ("b", 6)] {
        counter.add(number, &[KeyValue::new("k", long(end))]);
    }
    counter.add(100, &[KeyValue::new("k", "short")]);
    let texts = Array::String(vec![long("").into(), long("").into()]);
    counter.add(1000, &[KeyValue::new("k", Value::Array(texts))]);
    let cut = format!("x{}", "\u{e9}".repeat(511));
    let array = format!("[\"x{}", "\u{e9}".repeat(510));
    let expected = [
        format!("c_total{{k={array}}} 1000"),
        "c_total{k=short} 100".to_owned(),
        format!("c_total{{k={cut}}} 7"),
    ];
    assert_eq!(lines(&both(&rig, "c_total")), expected);
    let losses = rig.bridge.losses();
    assert_eq!((losses[0].family.as_str(), &losses[0].cause), ("c_total", &Cause::LongValue));
    // Three series, on each of two sides.
    assert_eq!((losses.len(), losses[0].times), (1, 6));
}

#[test]
fn a_label_of_the_scope_is_whole_whatever_its_family_has() {
    let rig = Rig::of(Bridge::builder().without_target_info().attribute_value_limit(40));
    let scope = InstrumentationScope::builder("s".repeat(100)).build();
    let counter = rig.provider.meter_with_scope(scope).u64_counter("c").build();
    let scopes = || -> BTreeSet<_> {
        let samples = both(&rig, "c_total").samples;
        let labels = samples.into_iter().flat_map(|sample| sample.labels);
        labels.filter(|(name, _)| name == "otel_scope_name").map(|(_, value)| value.len()).collect()
    };
    counter.add(1, &[KeyValue::new("k", "short")]);
    assert_eq!(scopes(), [100].into());
    // From now on, some of its series may be equal.
    counter.add(1, &[KeyValue::new("k", "")]);
    counter.add(1, &[KeyValue::new("k", "k".repeat(50))]);
    assert_eq!(scopes(), [100].into());
}

#[test]
fn how_long_a_value_may_be_can_be_said() {
    let bare = Bridge::builder().without_target_info().without_scope_info();
    let rig = Rig::of(bare.attribute_value_limit(0));
    rig.meter()
        .u64_gauge("g")
        .build()
        .record(1, &[KeyValue::new("k", "x".repeat(33)), KeyValue::new("n", -1e9)]);
    let line = format!("g{{k={},n=-1000000000}} 1", "x".repeat(32));
    assert_eq!(lines(&rig.families()["g"]), [line]);
}

#[test]
fn a_metric_that_has_no_room_for_its_series_is_told_of() {
    let rig = Rig::bare();
    let counter = rig.meter().u64_counter("c").build();
    for number in 0..2000 {
        counter.add(1, &[KeyValue::new("k", number)]);
    }
    assert_eq!(rig.families()["c_total"].samples.len(), 2000);
    assert_eq!(rig.losses(), []);
    counter.add(1, &[KeyValue::new("k", 2000)]);
    counter.add(1, &[KeyValue::new("k", 2001)]);
    let over = lines(&rig.families()["c_total"]);
    assert!(over.contains(&"c_total{otel_metric_overflow=true} 2".to_owned()));
    assert_eq!(rig.losses(), [("c_total".into(), "Overflow".into())]);
}

proptest! {
    /// Nothing that was counted is missing, and no series is there twice, whatever becomes equal.
    #[test]
    fn no_count_is_lost_whatever_attributes_become_equal(
        points in vec((vec(attribute(), 0..4), 1_u32..1000), 1..40),
        scope_info in any::<bool>(),
    ) {
        let options = Bridge::builder().without_target_info();
        let rig = Rig::of(if scope_info { options } else { options.without_scope_info() });
        let meters = ["one", "two"].map(|scope| rig.provider.meter(scope));
        for (index, (attributes, number)) in points.iter().enumerate() {
            let meter = &meters[index % 2];
            meter.u64_counter("c").build().add((*number).into(), attributes);
            let h = meter.f64_histogram("h").with_boundaries(vec![10.0, 100.0]).build();
            h.record((*number).into(), attributes);
        }
        let total: u32 = points.iter().map(|(_, number)| number).sum();
        for (name, sample, expected) in [
            ("c_total", "c_total", total.to_string()),
            ("h", "h_sum", total.to_string()),
            ("h", "h_count", points.len().to_string()),
        ] {
            let family = both(&rig, name);
            let own = family.samples.iter().filter(|it| it.name == sample);
            let sum: f64 = own.clone().map(|it| it.value.parse::<f64>().unwrap()).sum();
            prop_assert_eq!(sum.to_string(), expected);
            let known: BTreeSet<_> = own.clone().map(|it| shown(&it.labels)).collect();
            prop_assert_eq!(known.len(), own.count());
        }
        prop_assert_eq!(rig.losses(), []);
    }
}

/// Labels as a server sees them.
fn shown(labels: &[(String, String)]) -> Vec<(String, String)> {
    labels.iter().filter(|(_, value)| !value.is_empty()).cloned().collect()
}

fn attribute() -> impl Strategy<Value = KeyValue> {
    let key = select(vec!["a.b", "a_b", "a..b", "x", "otel.scope.name", "le"]);
    let value = prop_oneof![
        select(vec!["", "1", "true", "[1]", "1;1", "NaN"]).prop_map(Value::from),
        Just(Value::from(1)),
        Just(Value::from(1.0)),
        Just(Value::from(f64::NAN)),
        Just(Value::from(true)),
        Just(Value::Array(Array::I64(vec![1]))),
    ];
    (key, value).prop_map(|(key, value)| KeyValue::new(key, value))
}
