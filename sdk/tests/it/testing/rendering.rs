//! Snapshots as text.

use kymo::{
    Telemetry,
    opentelemetry::{InstrumentationScope, KeyValue},
    testing::{SnapshotReader, TestTelemetry},
};
use opentelemetry_sdk::metrics::{Aggregation, SdkMeterProvider, Stream};

use super::caches;

#[test]
fn a_snapshot_reads_sorted_with_one_series_a_line() {
    let expected = r#"cache.entries: up-down counter in {entry} of shop
  {} 3
cache.fill: gauge in 1 of shop
  {cache.name="authors"} 0.5
  {cache.name="books"} 0.25
cache.load.duration: histogram in s of shop
  {cache.name="authors"} count 1, sum 2, ≤inf: 1
  {cache.name="books"} count 2, sum 0.30000000000000004, ≤0.1: 1, ≤1: 1
cache.requests: counter in {request} of shop
  {cache.name="authors", cache.result="hit"} 4
  {cache.name="books", cache.result="hit"} 5
  {cache.name="books", cache.result="miss"} 1
"#;
    assert_eq!(caches().rendering().without_resource().to_string(), expected);
}

#[test]
fn what_differs_from_run_to_run_can_be_masked() {
    let builder = Telemetry::for_service("bookshop").version("1.2.3").attribute("tier", 1);
    let telemetry = TestTelemetry::of(builder);
    let scope = InstrumentationScope::builder("shop")
        .with_version("4.5")
        .with_attributes([KeyValue::new("kymo.layer", "inner")]);
    let meter = telemetry.meter_with_scope(scope.build());
    let user = KeyValue::new("user", "67e55044-10b1-426f-9247-bb680e5fe0c8");
    meter.u64_counter("visits").with_description("Visits.").build().add(1, &[user]);
    meter.f64_gauge("process.uptime").with_unit("s").build().record(17.5, &[]);
    meter.u64_gauge("process.threads").build().record(8, &[]);
    meter.u64_histogram("wait").with_unit("ms").build().record(3, &[]);

    let snapshot = telemetry.snapshot();
    let text = snapshot.masked().mask_values_of("process.thr*").to_string();
    let expected = r#"resource:
  service.instance.id=…
  service.name="bookshop"
  service.version=…
  telemetry.distro.name="kymo"
  telemetry.distro.version=…
  telemetry.sdk.language="rust"
  telemetry.sdk.name="opentelemetry"
  telemetry.sdk.version=…
  tier=1
process.threads: gauge of shop … {kymo.layer="inner"}
  {} …
process.uptime: gauge in s of shop … {kymo.layer="inner"}
  {} …
visits: counter of shop … {kymo.layer="inner"}
  Visits.
  {user=…} 1
wait: histogram in ms of shop … {kymo.layer="inner"}
  {} count 1, sum …
"#;
    assert_eq!(text, expected);
    let plain = snapshot.to_string();
    for shown in ["67e55044", "service.version=\"1.2.3\"", "} 17.5\n", "} 8\n", "shop 4.5", "sum 3"]
    {
        assert!(plain.contains(shown), "{plain}");
    }
}

#[test]
fn an_exponential_histogram_shows_its_scale_and_its_filled_buckets() {
    let reader = SnapshotReader::new();
    let provider = SdkMeterProvider::builder()
        .with_reader(reader.clone())
        .with_view(|_: &opentelemetry_sdk::metrics::Instrument| {
            let exponential = Aggregation::Base2ExponentialHistogram {
                max_size: 4,
                max_scale: 0,
                record_min_max: true,
            };
            Stream::builder().with_aggregation(exponential).build().ok()
        })
        .build();
    let meter = opentelemetry::metrics::MeterProvider::meter(&provider, "shop");
    let weight = meter.f64_histogram("weight").with_unit("kg").build();
    for value in [0.0, 1.5, 3.0, 3.5, -1.5] {
        weight.record(value, &[]);
    }
    let snapshot = reader.snapshot();
    snapshot.histogram("weight").assert_count(5);
    snapshot.histogram("weight").assert_sum(6.5);
    let expected = "weight: exponential histogram in kg of shop\n  \
                    {} count 5, sum 6.5, scale 0, zero: 1, -[0]: 1, +[0]: 1, +[1]: 2\n";
    assert_eq!(snapshot.rendering().without_resource().to_string(), expected);
    let bound = super::message(|| reader.snapshot().histogram("weight").assert_bucket(1.0, 1));
    assert!(bound.contains("its buckets have no bounds of their own"), "{bound}");
}
