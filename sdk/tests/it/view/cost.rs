//! The cost of views.

use kymo::{
    TelemetryBuilder, View,
    opentelemetry::{Context, KeyValue},
};

use super::page::shaped;

/// Heap bytes that stay, for each of `make`'s instruments.
fn idle(make: impl Fn(String)) -> i64 {
    let instruments = 50;
    let names: Vec<_> = (0..instruments).map(|n| format!("metric{n}")).collect();
    let measured = allocation_counter::measure(|| names.into_iter().for_each(make));
    measured.bytes_current / instruments
}

#[test]
fn an_instrument_takes_next_to_nothing_before_it_is_used_and_then_135_kilobytes() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    let bytes = idle(|name| drop(meter.u64_counter(name).build()));
    assert!(bytes < 3_000, "{bytes} bytes");
    let bytes = idle(|name| meter.f64_counter(name + "_used").build().add(1.0, &[]));
    assert!((135_000..139_000).contains(&bytes), "{bytes} bytes");
}

#[test]
fn with_a_reader_of_the_application_an_instrument_takes_135_kilobytes_for_each_at_once() {
    let reader = opentelemetry_sdk::metrics::ManualReader::default();
    let shown = shaped(|shop| shop.prometheus().reader(reader));
    let meter = shown.meter();
    let bytes = idle(|name| drop(meter.u64_counter(name).build()));
    assert!((270_000..276_000).contains(&bytes), "{bytes} bytes");
}

#[test]
fn an_observable_counter_gives_its_room_back_when_it_is_first_read() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    meter.u64_observable_counter("first").build();
    shown.page();
    let measured = allocation_counter::measure(|| {
        meter.u64_observable_counter("second").build();
        drop(shown.page());
    });
    assert!(measured.bytes_max > 135_000, "{measured:?}");
    assert!(measured.bytes_current < 2_000, "{measured:?}");
}

#[test]
fn an_instrument_with_a_limit_of_100_takes_6_kilobytes_once_it_is_used() {
    let shown = shaped(|shop| shop.view("*", View::new().limit(100)));
    let meter = shown.meter();
    let bytes = idle(|name| meter.u64_counter(name).build().add(1, &[]));
    assert!((4_000..7_500).contains(&bytes), "{bytes} bytes");
}

#[test]
fn an_instrument_that_is_off_takes_next_to_nothing() {
    let shown = shaped(|shop| shop.view("*", View::off()));
    let meter = shown.meter();
    let bytes = idle(|name| drop(meter.u64_counter(name).build()));
    assert!(bytes < 100, "{bytes} bytes");
}

#[test]
fn recording_through_a_bound_instrument_allocates_nothing_whatever_its_shape() {
    let view = View::new()
        .without_attribute("shelf")
        .rename_attribute("book", "title")
        .attribute_budget("book", 1);
    let shown = shaped(|shop| shop.common_attribute("region", "eu").view("*", view));
    let meter = shown.meter();
    let attributes = |book| [KeyValue::new("book", book), KeyValue::new("shelf", 1)];
    let (sold, wait) = (meter.u64_counter("sold").build(), meter.f64_histogram("wait").build());
    let [dune, emma] = ["Dune", "Emma"].map(|book| sold.bind(&attributes(book)));
    let wait = wait.bind(&attributes("Dune"));
    // The first look of a thread at its context, which has the span, makes room for others.
    Context::map_current(|_| ());
    let measured = allocation_counter::measure(|| {
        for _ in 0..100 {
            dune.add(1);
            emma.add(1);
            wait.record(0.5);
        }
    });
    assert_eq!(measured.count_total, 0);
    let expected =
        [(r#"region="eu",title="Dune""#, 100.0), (r#"region="eu",title="_OTHER""#, 100.0)];
    shown.shows("sold_total", &expected);
}
