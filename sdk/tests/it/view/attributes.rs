//! Attributes that are dropped, renamed and kept within a budget.

use kymo::{
    Telemetry, View,
    opentelemetry::{KeyValue, metrics::AsyncInstrument},
};

use super::page::{Shown, shaped};

fn shown(view: View) -> Shown {
    shaped(|shop| shop.view("sold", view))
}

fn kv(key: &'static str, value: &'static str) -> KeyValue {
    KeyValue::new(key, value)
}

#[test]
fn series_that_a_dropped_attribute_told_apart_become_one() {
    let shown = shown(View::new().without_attribute("shelf"));
    let sold = shown.meter().u64_counter("sold").build();
    sold.add(1, &[kv("book", "Dune"), kv("shelf", "1")]);
    sold.bind(&[kv("shelf", "2"), kv("book", "Dune")]).add(2);
    sold.add(4, &[kv("shelf", "3")]);
    shown.shows("sold_total", &[("", 4.0), (r#"book="Dune""#, 3.0)]);
}

#[test]
fn only_the_attributes_that_are_listed_stay() {
    let shown = shaped(|shop| {
        let view = View::new().only_attributes(["book", "region"]);
        shop.common_attribute("region", "eu").common_attribute("cell", 7).view("sold", view)
    });
    let sold = shown.meter().u64_counter("sold").build();
    sold.add(1, &[kv("book", "Dune"), kv("shelf", "1")]);
    shown.shows("sold_total", &[(r#"book="Dune",region="eu""#, 1.0)]);
}

#[test]
fn a_renamed_attribute_replaces_another_of_its_new_key() {
    let shown = shown(View::new().rename_attribute("a", "b").rename_attribute("c", "d"));
    let sold = shown.meter().u64_counter("sold").build();
    sold.add(1, &[kv("a", "1"), kv("b", "2"), kv("c", "3")]);
    sold.add(2, &[kv("b", "2")]);
    shown.shows("sold_total", &[(r#"b="1",d="3""#, 1.0), (r#"b="2""#, 2.0)]);
}

#[test]
fn renamed_attributes_can_swap_their_keys() {
    let shown = shown(View::new().rename_attribute("a", "b").rename_attribute("b", "a"));
    shown.meter().u64_counter("sold").build().add(1, &[kv("a", "1"), kv("b", "2")]);
    shown.shows("sold_total", &[(r#"a="2",b="1""#, 1.0)]);
}

#[test]
fn values_beyond_a_budget_become_other_and_every_measurement_of_them_is_counted() {
    let shown = shown(View::new().attribute_budget("book", 1));
    let sold = shown.meter().u64_counter("sold").build();
    let folded = "kymo_cardinality_folded_total";
    let labels = r#"kymo_cardinality_attribute="book",kymo_cardinality_metric="sold""#;
    shown.shows(folded, &[(labels, 0.0)]);
    sold.add(1, &[kv("book", "Dune")]);
    sold.add(2, &[kv("book", "Emma")]);
    // Bound once, and every measurement of it is one that was folded.
    let persuasion = sold.bind(&[kv("book", "Persuasion")]);
    persuasion.add(4);
    persuasion.add(8);
    // Folded by somebody else, who counted it.
    sold.add(16, &[kv("book", "_OTHER")]);
    shown.shows("sold_total", &[(r#"book="Dune""#, 1.0), (r#"book="_OTHER""#, 30.0)]);
    shown.shows(folded, &[(labels, 3.0)]);
}

#[test]
fn instruments_of_one_name_share_their_budget_and_other_scopes_have_their_own() {
    let shown = shown(View::new().attribute_budget("book", 1));
    for (name, book) in [("sold", "Dune"), ("sold", "Emma"), ("SOLD", "Hamlet")] {
        shown.meter().u64_counter(name).build().add(1, &[kv("book", book)]);
    }
    shown.0.meter("cafe").u64_counter("sold").build().add(1, &[kv("book", "Tea")]);
    let series = shown.series("sold_total");
    let values: Vec<_> = series.iter().map(|(book, sold)| (book.as_str(), *sold)).collect();
    let expected = [(r#"book="Dune""#, 1.0), (r#"book="Tea""#, 1.0), (r#"book="_OTHER""#, 2.0)];
    assert_eq!(values, expected);
}

#[test]
fn a_number_and_the_text_of_it_are_two_values_of_a_budget() {
    let shown = shown(View::new().attribute_budget("shelf", 1));
    let sold = shown.meter().u64_counter("sold").build();
    sold.add(1, &[KeyValue::new("shelf", 1)]);
    sold.add(2, &[KeyValue::new("shelf", 1)]);
    sold.add(4, &[KeyValue::new("shelf", "1")]);
    shown.shows("sold_total", &[(r#"shelf="1""#, 3.0), (r#"shelf="_OTHER""#, 4.0)]);
}

#[test]
fn the_count_of_folds_can_have_a_shape_itself() {
    let view = View::new()
        .without_attribute("kymo.cardinality.metric")
        .attribute_budget("kymo.cardinality.attribute", 1)
        .attribute_budget("a", 0)
        .attribute_budget("b", 0);
    let shown = shaped(|shop| shop.view("*", view));
    shown.meter().u64_counter("sold").build().add(1, &[kv("a", "1"), kv("b", "1")]);
    let folded = shown.series("kymo_cardinality_folded_total");
    let total: f64 = folded.iter().map(|(_, folds)| folds).sum();
    assert!((total - 2.0).abs() < 1e-9, "{folded:?}");
    assert!(folded.len() <= 2, "{folded:?}");
}

#[test]
fn what_two_observers_see_is_added_up_and_the_same_thing_seen_twice_is_not() {
    let view = View::new().without_attribute("pool");
    let shown = shaped(|shop| shop.view("connections", view.clone()).view("load", view));
    let meter = shown.meter();
    for pool in ["a", "b"] {
        meter
            .u64_observable_counter("connections")
            .with_callback(move |open| open.observe(2, &[kv("pool", pool)]))
            .with_callback(move |open| {
                open.observe(4, &[kv("pool", pool), kv("state", "idle")]);
                open.observe(8, &[kv("state", "idle"), kv("pool", pool)]);
            })
            .build();
        meter
            .f64_observable_gauge("load")
            .with_callback(move |load| load.observe(if pool == "a" { 1.0 } else { 2.0 }, &[]))
            .build();
    }
    for _ in 0..2 {
        shown.shows("connections_total", &[("", 4.0), (r#"state="idle""#, 16.0)]);
        shown.shows("load", &[("", 2.0)]);
    }
}

#[test]
fn an_observation_that_is_no_finite_number_is_left_out() {
    let shown = shown(View::new().without_attribute("shelf"));
    let observe = |values: [f64; 3]| {
        move |sold: &dyn AsyncInstrument<f64>| {
            for (shelf, value) in (0..).zip(values) {
                sold.observe(value, &[KeyValue::new("shelf", shelf)]);
            }
        }
    };
    let meter = shown.meter();
    let sold = meter.f64_observable_counter("sold");
    sold.with_callback(observe([1.5, f64::NAN, 2.0]))
        .with_callback(observe([f64::INFINITY, 4.0, f64::NEG_INFINITY]))
        .build();
    shown.shows("sold_total", &[("", 7.5)]);
}

#[test]
fn everybody_who_asks_for_a_meter_gets_a_shaped_one() {
    use kymo::opentelemetry::InstrumentationScope;

    let shown = shaped(|shop| shop.view("*", View::new().without_attribute("a")));
    let telemetry: &Telemetry = &shown.0;
    let scope = || InstrumentationScope::builder("scoped").build();
    let meters = [
        telemetry.meter("plain"),
        telemetry.meter_with_scope(scope()),
        telemetry.meters().meter("of-provider"),
        telemetry.clone().meters().meter_with_scope(scope()),
    ];
    for (n, meter) in meters.into_iter().enumerate() {
        meter.u64_counter(format!("calls{n}")).build().add(1, &[kv("a", "1")]);
    }
    let page = shown.page();
    assert_eq!(
        page.keys().collect::<Vec<_>>(),
        ["calls0_total", "calls1_total", "calls2_total", "calls3_total"]
    );
}

#[test]
fn threads_that_record_during_scrapes_lose_nothing() {
    let shown = shown(View::new().attribute_budget("book", 3).without_attribute("shelf"));
    let (threads, times) = (4_i32, 2_000);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let meter = shown.meter();
            scope.spawn(move || {
                for n in 0..times {
                    let sold = meter.u64_counter("sold").build();
                    let shelf = KeyValue::new("shelf", i64::from(thread));
                    let attributes = [KeyValue::new("book", i64::from((n + thread) % 5)), shelf];
                    if n % 2 == 0 {
                        sold.add(1, &attributes);
                    } else {
                        sold.bind(&attributes).add(1);
                    }
                }
            });
        }
        for _ in 0..20 {
            shown.page();
        }
    });
    let sold = shown.series("sold_total");
    let total: f64 = sold.iter().map(|(_, sold)| sold).sum();
    assert!((total - f64::from(threads * times)).abs() < 1e-9, "{sold:?}");
    assert_eq!(sold.len(), 4, "{sold:?}");
    let other = sold.iter().find(|(book, _)| book == r#"book="_OTHER""#).unwrap();
    let folds = shown.series("kymo_cardinality_folded_total");
    assert!((folds[0].1 - other.1).abs() < 1e-9, "{folds:?} {sold:?}");
}
