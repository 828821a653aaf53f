//! How many series a metric may have.

use std::time::Duration;

use kymo::{
    Telemetry, TelemetryBuilder, View, opentelemetry::KeyValue, otlp::Otlp, prometheus::Cause,
};

use super::page::{Shown, shaped};

fn series_of(shown: &Shown, name: &'static str, sets: u32) -> (usize, f64) {
    let counter = shown.meter().u64_counter(name).build();
    for n in 0..sets {
        counter.add(1, &[KeyValue::new("n", i64::from(n))]);
    }
    let series = shown.series(&format!("{name}_total"));
    (series.len(), series.iter().map(|(_, value)| value).sum())
}

#[test]
fn beyond_its_limit_a_metric_counts_on_under_overflow() {
    let shown = shaped(|shop| shop.view("sold", View::new().limit(3)));
    assert_eq!(series_of(&shown, "sold", 3), (3, 3.0));
    assert_eq!(series_of(&shown, "sold", 10), (4, 13.0));
    let series = shown.series("sold_total");
    assert!(series.iter().any(|(labels, _)| labels == r#"otel_metric_overflow="true""#));
}

#[test]
fn an_application_s_metric_has_room_for_the_2000_series_of_the_specification() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let overflows = || {
        let losses = shown.0.bridge().unwrap().losses().into_iter();
        let of_room = losses.filter(|loss| loss.cause == Cause::Overflow);
        of_room.map(|loss| (loss.family, loss.times)).collect::<Vec<_>>()
    };
    assert_eq!(series_of(&shown, "lent", 1), (1, 1.0));
    assert_eq!(series_of(&shown, "sold", 2000), (2000, 2000.0));
    assert_eq!(overflows(), []);
    assert_eq!(series_of(&shown, "sold", 2005), (2001, 4005.0));
    assert_eq!(overflows(), [("sold_total".to_owned(), 1)]);
    shown.page();
    assert_eq!(overflows(), [("sold_total".to_owned(), 2)]);
}

#[test]
fn a_metric_without_room_is_told_of_where_nobody_scrapes() {
    crate::log::listen();
    let nobody = Otlp::new().endpoint("http://127.0.0.1:1").timeout(Duration::from_millis(200));
    let telemetry = Telemetry::for_service("shop").otlp_with(nobody).build().unwrap();
    let pledged = telemetry.meter("shop").u64_counter("pledged").build();
    for n in 0..2005 {
        pledged.add(1, &[KeyValue::new("n", n)]);
    }
    for _ in 0..2 {
        telemetry.flush_blocking(Duration::from_secs(10)).unwrap_err();
    }
    let log = crate::log::text();
    let told = log.lines().filter(|line| line.contains("the metric pledged has more sets"));
    assert_eq!(told.count(), 1, "{log}");
}

#[test]
fn a_limit_holds_for_what_is_left_of_the_attributes() {
    let view = View::new().limit(1).without_attribute("n");
    let shown = shaped(|shop| shop.common_attribute("region", "eu").view("sold", view));
    assert_eq!(series_of(&shown, "sold", 10), (1, 10.0));
    shown.shows("sold_total", &[(r#"region="eu""#, 10.0)]);
}
