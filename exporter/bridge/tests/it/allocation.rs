//! A scrape allocates little beyond what the SDK itself allocates.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use kymo_bridge::Bridge;
use kymo_exposition::{Family, Series, Sink, Source, text::TextWriter};
use opentelemetry::{Array, KeyValue, Value, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream, data::ResourceMetrics,
    reader::MetricReader,
};

/// Takes everything and keeps nothing.
struct Nothing;

impl Sink for Nothing {
    fn family(&mut self, _: &Family<'_>) {}

    fn series(&mut self, _: &Series<'_>) {}
}

#[test]
fn no_series_costs_an_allocation_of_its_own() {
    let few = extra(0, 100).count_total;
    let many = extra(0, 1500).count_total;
    assert_eq!(many, few);
    assert!(few < 100, "{few} allocations for two families");
}

/// Takes everything but exemplars, and keeps nothing.
struct WithoutExemplars;

impl Sink for WithoutExemplars {
    fn family(&mut self, _: &Family<'_>) {}

    fn series(&mut self, series: &Series<'_>) {
        assert!(!crate::exemplars::has_any(series));
    }

    fn takes_exemplars(&self) -> bool {
        false
    }
}

#[test]
fn whoever_has_no_use_for_exemplars_pays_for_none() {
    let allocations = |series: i64, traced: i64| {
        let (bridge, _shop) = crate::exemplars::shop(series, traced);
        bridge.collect(&mut WithoutExemplars);
        let sdk = measure(|| bridge.reader().collect(&mut ResourceMetrics::default()).unwrap());
        measure(|| bridge.collect(&mut WithoutExemplars)).count_total - sdk.count_total
    };
    assert_eq!(allocations(500, 500), allocations(500, 0));
}

#[test]
fn no_series_costs_one_however_many_sets_of_keys_there_are_before() {
    let few = extra(100, 100).count_total;
    let many = extra(100, 1500).count_total;
    assert_eq!(many, few);
}

#[test]
fn no_native_histogram_costs_one_with_its_classic_form() {
    let extra = |series: i64| {
        let bridge = Bridge::builder().build().unwrap();
        let view = |instrument: &Instrument| {
            let is_one = instrument.kind() == InstrumentKind::Histogram;
            let aggregation = Aggregation::Base2ExponentialHistogram {
                max_size: 160,
                max_scale: 20,
                record_min_max: true,
            };
            let stream = || Stream::builder().with_aggregation(aggregation).build().ok();
            is_one.then(stream).flatten()
        };
        let provider = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader());
        let provider = provider.build();
        let histogram = provider.meter("test").f64_histogram("latency").build();
        for number in 0..series {
            for seconds in [0.001, 0.5, 70.0] {
                histogram.record(seconds, &[KeyValue::new("queue", format!("queue {number}"))]);
            }
        }
        extra_of(&bridge).count_total
    };
    assert_eq!(extra(1500), extra(100));
}

#[test]
fn values_that_are_cut_are_held_as_they_are_cut() {
    const SERIES: u32 = 20;
    const LENGTH: usize = 1 << 18;
    let long: Arc<str> = "x".repeat(LENGTH).into();
    let bridge = Bridge::builder().without_target_info().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let depth = provider.meter("test").u64_gauge("depth").build();
    for number in 0..SERIES {
        let text: Value = Arc::clone(&long).into();
        let list = Value::Array(Array::String(vec![Arc::clone(&long).into()]));
        let attributes = [("number", i64::from(number).into()), ("text", text), ("list", list)]
            .map(|(key, value)| KeyValue::new(key, value));
        depth.record(1, &attributes);
    }
    let extra = extra_of(&bridge);
    // A series has labels, a key and a rank; and one value at a time is whole while it is cut.
    let bound = u64::from(SERIES) * 8 * 1024 + 8 * (LENGTH as u64);
    assert!(extra.bytes_max < bound, "{} bytes at once", extra.bytes_max);
}

#[test]
fn a_scrape_takes_its_page_and_a_fifth_beside_what_the_sdk_copies() {
    const SERIES: i64 = 40_000;
    // One that is as another one is, to Prometheus, and one that is too long.
    let odd = [("queue 7".to_owned(), ""), ("x".repeat(2000), "eu")];
    for odd in [&[][..], &odd] {
        let bridge = Bridge::builder().build().unwrap();
        let view = |_: &Instrument| Stream::builder().with_cardinality_limit(50_000).build().ok();
        let provider = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader());
        let provider = provider.build();
        let counter = provider.meter("test").u64_counter("jobs").build();
        let all = (0..SERIES).map(|number| (format!("queue {number}"), "eu"));
        for (queue, region) in all.chain(odd.iter().cloned()) {
            counter.add(1, &[KeyValue::new("queue.name", queue), KeyValue::new("region", region)]);
        }
        counter.add(1, &[KeyValue::new("queue.name", "queue 7")]);
        bridge.collect(&mut Nothing);
        let sdk = measure(|| bridge.reader().collect(&mut ResourceMetrics::default()).unwrap());
        let mut page = Vec::new();
        let scrape = measure(|| page = parts(&bridge));
        let lines = page.iter().flatten().filter(|byte| **byte == b'\n').count();
        assert!(lines > 40_000, "{lines}");
        let page = page.iter().map(|part| part.len()).sum::<usize>() as u64;
        let own = scrape.bytes_max - sdk.bytes_max;
        assert!(own * 5 < page * 6, "{own} bytes for {page}, with {} odd ones", odd.len());
    }
}

/// A page in pieces, as an endpoint keeps it.
fn parts(bridge: &Bridge) -> Vec<Box<[u8]>> {
    struct Parts<'a>(TextWriter<'a>, Vec<Box<[u8]>>);

    impl Sink for Parts<'_> {
        fn family(&mut self, family: &Family<'_>) {
            self.0.family(family);
        }

        fn series(&mut self, series: &Series<'_>) {
            self.0.series(series);
            if self.0.buffered() >= 4096 {
                self.0.pass_on(|written| self.1.push(written.into()));
            }
        }
    }

    let mut buffer = Vec::with_capacity(8192);
    let mut parts = Parts(TextWriter::new(&mut buffer), Vec::new());
    bridge.collect(&mut parts);
    let Parts(writer, mut parts) = parts;
    writer.finish();
    parts.push(buffer.into());
    parts
}

/// Allocations of a scrape of counters and histograms, after `before` gauges with keys of their own.
fn extra(before: usize, series: i64) -> AllocationInfo {
    let bridge = Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let meter = provider.meter("test");
    for number in 0..before {
        let gauge = meter.u64_gauge(format!("depth.{number}")).build();
        gauge.record(1, &[KeyValue::new(format!("key.{number}"), "x")]);
    }
    let counter = meter.u64_counter("jobs").build();
    let histogram = meter.f64_histogram("latency").with_unit("s").build();
    for number in 0..series {
        let attributes =
            [KeyValue::new("queue.name", format!("queue {number}")), KeyValue::new("region", "eu")];
        counter.add(1, &attributes);
        histogram.record(1.0, &attributes);
    }
    extra_of(&bridge)
}

/// The allocations of a scrape, without those of the SDK's own collection.
fn extra_of(bridge: &Bridge) -> AllocationInfo {
    // The first scrape makes the definitions.
    bridge.collect(&mut Nothing);
    let sdk = measure(|| bridge.reader().collect(&mut ResourceMetrics::default()).unwrap());
    let all = measure(|| bridge.collect(&mut Nothing));
    AllocationInfo {
        count_total: all.count_total - sdk.count_total,
        bytes_max: all.bytes_max - sdk.bytes_max,
        ..all
    }
}
