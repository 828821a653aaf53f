//! How long the values of attributes may be.

use kymo::{
    Telemetry, TelemetryBuilder,
    opentelemetry::{Array, KeyValue, Value},
    prometheus::{
        Bridge,
        exposition::{Source, text::TextWriter},
    },
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::page::shaped;

/// A value whose first 1,024 bytes are all alike.
fn long(end: &str) -> KeyValue {
    KeyValue::new("k", format!("{}{end}", "x".repeat(1024)))
}

fn cut() -> String {
    format!("k=\"{}\"", "x".repeat(1024))
}

const CUT: &str = "kymo_cardinality_cut_total";

#[test]
fn whatever_has_too_long_a_value_is_cut_and_counted_and_no_number_is_lost() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    let sold = meter.u64_counter("sold").build();
    assert_eq!(shown.series(CUT), []);
    sold.add(1, &[long("a")]);
    sold.add(2, &[long("b")]);
    let bound = sold.bind(&[long("c")]);
    bound.add(4);
    bound.add(8);
    sold.add(100, &[KeyValue::new("k", "short")]);
    let level = meter.i64_up_down_counter("level").build();
    level.add(1, &[long("a")]);
    level.add(-3, &[long("b")]);
    meter.f64_gauge("degree").build().record(5.0, &[long("a")]);
    let wait = meter.f64_histogram("wait").with_boundaries(vec![1.0]).build();
    wait.record(0.5, &[long("a")]);
    wait.record(2.5, &[long("b")]);
    meter
        .u64_observable_counter("seen")
        .with_callback(|seen| {
            seen.observe(3, &[long("a")]);
            seen.observe(5, &[long("b")]);
        })
        .build();
    let cut = cut();
    shown.shows("sold_total", &[(r#"k="short""#, 100.0), (&cut, 15.0)]);
    shown.shows("level", &[(&cut, -2.0)]);
    shown.shows("degree", &[(&cut, 5.0)]);
    shown.shows("wait_sum", &[(&cut, 3.0)]);
    shown.shows("wait_count", &[(&cut, 2.0)]);
    shown.shows("seen_total", &[(&cut, 8.0)]);
    let counted = shown.series(CUT);
    let of = |metric: &str| {
        let labels = format!("kymo_cardinality_metric=\"{metric}\"");
        counted.iter().find(|(known, _)| *known == labels).map(|(_, times)| *times)
    };
    assert_eq!(of("sold"), Some(3.0));
    assert_eq!([of("level"), of("degree"), of("wait")], [Some(2.0), Some(1.0), Some(2.0)]);
    assert!(of("seen") >= Some(2.0), "{counted:?}");
}

#[test]
fn values_without_end_make_no_page_without_end() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let sold = shown.meter().u64_counter("sold").build();
    for number in 0..900 {
        sold.add(1, &[KeyValue::new("k", format!("{number} {}", "x".repeat(100_000)))]);
    }
    let texts = Array::String(vec!["x".repeat(100_000).into(); 3]);
    sold.add(1, &[KeyValue::new("k", Value::Array(texts))]);
    let series = shown.series("sold_total");
    assert_eq!(series.len(), 901);
    let bytes: usize = series.iter().map(|(labels, _)| labels.len()).sum();
    assert!(bytes < 1_000_000, "{bytes} bytes");
}

#[test]
fn a_character_is_not_cut_in_two_and_the_limit_can_be_said() {
    let shown = shaped(|shop| shop.attribute_value_limit(33));
    let sold = shown.meter().u64_counter("sold").build();
    let (short, longer) = ("\u{e9}".repeat(16), "\u{e9}".repeat(17));
    sold.add(1, &[KeyValue::new("k", longer)]);
    sold.add(2, &[KeyValue::new("k", "x".repeat(33))]);
    sold.add(4, &[KeyValue::new("k", i64::MIN)]);
    let full = format!("k=\"{}\"", "x".repeat(33));
    let cut = format!("k=\"{short}\"");
    shown.shows("sold_total", &[(r#"k="-9223372036854775808""#, 4.0), (&full, 2.0), (&cut, 1.0)]);
    let shown = shaped(|shop| shop.attribute_value_limit(2000));
    shown.meter().u64_counter("sold").build().add(1, &[long("a")]);
    assert_eq!(shown.series("sold_total")[0].0.len(), "k=\"\"".len() + 1025);
}

#[test]
fn a_short_value_costs_no_allocation() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let sold = shown.meter().u64_counter("sold").build();
    let attributes = [KeyValue::new("book", "Dune"), KeyValue::new("shelf", 1)];
    let bound = sold.bind(&attributes);
    sold.add(1, &attributes);
    let measured = allocation_counter::measure(|| {
        for _ in 0..100 {
            sold.add(1, &attributes);
            bound.add(1);
        }
    });
    assert_eq!(measured.count_total, 0);
}

#[test]
fn values_are_cut_for_a_provider_of_somebody_else_too() {
    let bridge = Bridge::builder().without_scope_info().without_target_info().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let builder = Telemetry::with_meter_provider(provider).bridge(bridge.clone());
    let telemetry = builder.build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[long("a")]);
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    bridge.collect(&mut writer);
    writer.finish();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains(&format!("sold_total{{{}}} 1\n", cut())), "{page}");
    assert_eq!(bridge.losses(), []);
}
