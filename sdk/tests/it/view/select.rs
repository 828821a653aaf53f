//! Metrics that views select by more than a name, and names that views give.

use kymo::{
    InstallError, InstrumentKind, Selector, Telemetry, TelemetryBuilder, View, ViewError,
    opentelemetry::{InstrumentationScope, KeyValue, metrics::AsyncInstrument},
};

use super::page::{Shown, shaped};
use crate::log;

/// Each kind of instrument, of two meters, with an attribute and in seconds or without a unit.
fn recorded(shape: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Shown {
    let shown = shaped(|shop| shape(shop.prometheus()));
    let attributes = [KeyValue::new("a", "1")];
    let scope = |name: &'static str| {
        InstrumentationScope::builder(name)
            .with_version("1.2")
            .with_schema_url("https://example.com/9")
            .build()
    };
    let meter = shown.0.meters().meter_with_scope(scope("one"));
    meter.u64_counter("counter").build().add(1, &attributes);
    meter.f64_histogram("histogram").with_unit("s").build().record(1.0, &attributes);
    meter.i64_gauge("gauge").build().record(1, &attributes);
    meter.i64_up_down_counter("up_down").build().add(1, &attributes);
    let observed = attributes.clone();
    let observe = move |to: &dyn AsyncInstrument<u64>| {
        to.observe(1, &observed);
    };
    meter.u64_observable_counter("observed").with_unit("s").with_callback(observe).build();
    let other = shown.0.meters().meter_with_scope(InstrumentationScope::builder("other").build());
    other.f64_counter("bare").with_unit("s").build().add(1.0, &attributes);
    shown
}

/// The metrics that have lost their attribute.
fn selected(selector: Selector) -> Vec<String> {
    let shown = recorded(|shop| shop.view(selector, View::new().without_attribute("a")));
    let page = shown.page();
    let has_lost = |series: &&String| !series.contains("a=\"1\"") && !series.contains("_bucket");
    let names = page.keys().filter(has_lost).map(|series| {
        let name = series.split('{').next().unwrap();
        let name = name.strip_suffix("_total").unwrap_or(name);
        name.strip_suffix("_seconds").unwrap_or(name).to_owned()
    });
    names.filter(|name| !name.ends_with("_sum")).collect()
}

#[test]
fn a_view_selects_by_kind_by_unit_and_by_meter() {
    use InstrumentKind::{Counter, Gauge, Histogram, ObservableCounter, UpDownCounter};

    let any = Selector::any;
    for (selector, expected) in [
        (any().kind(Counter), &["bare", "counter"][..]),
        (any().kind(Histogram), &["histogram_seconds_count"]),
        (any().kind(Gauge), &["gauge"]),
        (any().kind(UpDownCounter), &["up_down"]),
        (any().kind(ObservableCounter), &["observed"]),
        (any().unit("s"), &["bare", "histogram_seconds_count", "observed"]),
        (any().unit(""), &["counter", "gauge", "up_down"]),
        (any().meter("other"), &["bare"]),
        (any().meter("othe?"), &[]),
        (any().meter_version("1.2").kind(Counter), &["counter"]),
        (any().meter_version(""), &["bare"]),
        (any().meter_schema_url("https://example.com/9").unit("s").kind(Counter), &[]),
        (Selector::named("*r*").unit("s"), &["bare", "histogram_seconds_count", "observed"]),
        (Selector::named("B*").unit("s").meter("one"), &[]),
    ] {
        let shown = selector.to_string();
        assert_eq!(selected(selector), expected, "{shown}");
    }
}

#[test]
fn a_view_gives_a_metric_another_name_and_description() {
    let shown = recorded(|shop| {
        shop.view("counter", View::new().name("sold.books").description("Sold."))
            .view("observed", View::new().name("seen").description("Seen."))
            .view("*", View::new().rename_attribute("a", "b"))
            // By the name of the instrument, whatever the metric is called.
            .view("sold.books", View::off())
    });
    shown.shows("sold_books_total", &[(r#"b="1""#, 1.0)]);
    shown.shows("seen_seconds_total", &[(r#"b="1""#, 1.0)]);
    shown.shows("counter_total", &[]);
    let families = shown.0.bridge().unwrap().registry().gather();
    let help = |name| families.iter().find(|family| family.name() == name).unwrap().help();
    assert_eq!((help("sold_books_total"), help("seen_seconds_total")), ("Sold.", "Seen."));
    let description = shown.0.describe();
    let said = |name| description.get(name).map(|setting| setting.value.as_str());
    assert_eq!(said("view.counter"), Some("as sold.books, described as \"Sold.\""));
}

#[test]
fn one_name_for_several_metrics_and_an_empty_one_are_refused() {
    let refused = |selector: Selector, name: &str| {
        let builder = Telemetry::for_service("shop").view(selector, View::new().name(name));
        match builder.build().unwrap_err() {
            InstallError::View(error) => error,
            other => panic!("{other}"),
        }
    };
    for selector in [Selector::any().unit("s"), "so*".into(), "sol?".into()] {
        let shown = selector.to_string();
        let error = refused(selector, "x");
        assert!(matches!(&error, ViewError::NameOfSeveral { .. }), "{error}");
        assert!(error.to_string().contains(&shown), "{error}");
    }
    assert_eq!(refused("sold".into(), ""), ViewError::EmptyName { pattern: "sold".to_owned() });
    let buckets = Selector::any().kind(InstrumentKind::Counter);
    let builder = Telemetry::for_service("shop").view(buckets, View::new().buckets([1.0]));
    let error = builder.build().unwrap_err();
    assert!(matches!(error, InstallError::View(ViewError::NoHistogram { .. })), "{error}");
}

/// The SDK would add up what both have recorded.
#[test]
fn one_name_for_two_metrics_of_one_meter_is_refused() {
    let named = |selector: Selector, name: &str| (selector, View::new().name(name));
    let build = |views: &[(Selector, View)]| {
        let shop = Telemetry::for_service("shop");
        views.iter().cloned().fold(shop, |shop, (at, view)| shop.view(at, view)).build()
    };
    for (one, other) in [
        (Selector::named("a"), Selector::named("b")),
        (Selector::named("a").kind(InstrumentKind::Counter), Selector::named("b").unit("s")),
        (Selector::named("a").meter("one"), Selector::named("b")),
        (Selector::named("a").meter("one"), Selector::named("b").meter("one")),
        (Selector::named("a").meter("one"), Selector::named("b").meter_version("1")),
    ] {
        let shown = (one.to_string(), other.to_string());
        let views = [named(one, "X"), named("c".into(), "y"), named(other, "x")];
        let InstallError::View(error) = build(&views).unwrap_err() else { panic!("{shown:?}") };
        let expected = ViewError::NameTwice { first: shown.0, second: shown.1, name: "x".into() };
        assert_eq!(error, expected);
    }
    for views in [
        // What is not in one meter is not one.
        [
            named(Selector::named("a").meter("one"), "x"),
            named(Selector::named("b").meter("two"), "x"),
        ],
        [
            named(Selector::named("a").meter_version("1"), "x"),
            named(Selector::named("b").meter_version(""), "x"),
        ],
        // One instrument.
        [named("a".into(), "x"), named(Selector::named("A").unit("s"), "x")],
    ] {
        build(&views).unwrap();
    }
    // The last word counts.
    build(&[named("a".into(), "x"), named("b".into(), "x"), named("a".into(), "y")]).unwrap();
}

#[test]
fn a_name_that_another_metric_of_the_meter_has_is_told_of_once() {
    log::listen();
    let shop = Telemetry::for_service("shop").prometheus();
    let shop = shop.view("taken.a", View::new().name("taken.b")).build().unwrap();
    for meter in ["one", "other"] {
        for name in ["taken.b", "taken.a", "taken.a", "TAKEN.B"] {
            shop.meter(meter).u64_counter(name).build().add(1, &[]);
        }
    }
    shop.meter("third").u64_counter("taken.a").build().add(1, &[]);
    assert_eq!(log::text().matches("taken.a and taken.b one name").count(), 2, "{}", log::text());
}

#[test]
fn two_instruments_of_one_name_have_the_rules_of_their_kinds() {
    let shown = shaped(|shop| {
        let budget = View::new().attribute_budget("a", 0);
        shop.prometheus().view(Selector::any().kind(InstrumentKind::Gauge), budget)
    });
    let meter = shown.meter();
    meter.u64_counter("level").build().add(1, &[KeyValue::new("a", "1")]);
    meter.u64_gauge("level").build().record(1, &[KeyValue::new("a", "1")]);
    shown.shows("level_total", &[(r#"a="1""#, 1.0)]);
    shown.shows("level", &[(r#"a="_OTHER""#, 1.0)]);
}
