//! A scrape allocates little beyond what the SDK itself allocates.

use allocation_counter::measure;
use kymo_bridge::Bridge;
use kymo_exposition::{Family, Series, Sink, Source};
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;

/// Takes everything and keeps nothing.
struct Nothing;

impl Sink for Nothing {
    fn family(&mut self, _: &Family<'_>) {}

    fn series(&mut self, _: &Series<'_>) {}
}

#[test]
fn no_series_costs_an_allocation_of_its_own() {
    let few = extra_allocations(100);
    let many = extra_allocations(1500);
    assert_eq!(many, few);
    assert!(few < 100, "{few} allocations for two families");
}

/// Allocations of a scrape of counters and histograms, without those of the SDK's own collection.
fn extra_allocations(series: i64) -> u64 {
    let bridge = Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let meter = provider.meter("test");
    let counter = meter.u64_counter("jobs").build();
    let histogram = meter.f64_histogram("latency").with_unit("s").build();
    for number in 0..series {
        let attributes =
            [KeyValue::new("queue.name", format!("queue {number}")), KeyValue::new("region", "eu")];
        counter.add(1, &attributes);
        histogram.record(1.0, &attributes);
    }
    // The first scrape makes the definitions.
    bridge.collect(&mut Nothing);
    let sdk = measure(|| bridge.reader().collect(&mut ResourceMetrics::default()).unwrap());
    let all = measure(|| bridge.collect(&mut Nothing));
    all.count_total - sdk.count_total
}
