//! A snapshot and the Prometheus page of one telemetry, held against each other.

use std::collections::BTreeMap;

use integration_tests::Scrape;
use kymo::{
    Telemetry,
    opentelemetry::KeyValue,
    testing::{Buckets, Kind, Metric, Reading, Series, TestTelemetry},
};
use proptest::prelude::*;

/// Instruments, and how each is called in Prometheus.
const NAMES: [(&str, &str, &str); 6] = [
    ("books.sold", "{book}", "books_sold_total"),
    ("file.read", "By", "file_read_bytes_total"),
    ("shelf.room", "m", "shelf_room_meters"),
    ("guests", "{guest}", "guests"),
    ("sale.duration", "s", "sale_duration_seconds"),
    ("basket.size", "{book}", "basket_size"),
];

/// One recording: in which instrument, with which attributes, and what.
type Step = (usize, Vec<(usize, u8)>, i16);

const KEYS: [&str; 3] = ["genre", "shop.name", "is_first"];

fn record(telemetry: &Telemetry, (instrument, attributes, value): &Step) {
    let attributes: BTreeMap<_, _> = attributes.iter().copied().collect();
    let attributes: Vec<_> = attributes
        .into_iter()
        .map(|(key, value)| match key {
            2 => KeyValue::new(KEYS[key], value % 2 == 0),
            _ if value % 3 == 0 => KeyValue::new(KEYS[key], i64::from(value)),
            _ => KeyValue::new(KEYS[key], format!("\"{value}\\\n")),
        })
        .collect();
    let meter = telemetry.meter("shop");
    let (name, unit, _) = NAMES[*instrument];
    let float = f64::from(*value) / 8.0;
    let natural = u64::from(value.unsigned_abs());
    match instrument {
        0 => meter.u64_counter(name).with_unit(unit).build().add(natural, &attributes),
        1 => meter.f64_counter(name).with_unit(unit).build().add(float.abs(), &attributes),
        2 => meter.f64_gauge(name).with_unit(unit).build().record(float, &attributes),
        3 => {
            let guests = meter.i64_up_down_counter(name).with_unit(unit).build();
            guests.add((*value).into(), &attributes);
        }
        4 => meter.f64_histogram(name).with_unit(unit).build().record(float, &attributes),
        _ => {
            let basket = meter.u64_histogram(name).with_unit(unit);
            basket.with_boundaries(vec![1.0, 64.0]).build().record(natural, &attributes);
        }
    }
}

/// The samples that Prometheus should read of a series: name, labels and value.
fn samples(metric: &Metric, series: &Series) -> Vec<(String, BTreeMap<String, String>, f64)> {
    let labels = series.attributes.iter();
    let labels = labels.map(|(key, value)| (key.replace('.', "_"), value.to_string()));
    let labels: BTreeMap<_, _> =
        labels.chain([("otel_scope_name".into(), "shop".into())]).collect();
    let (_, _, name) = NAMES.iter().find(|(name, _, _)| *name == metric.name).unwrap();
    match &series.reading {
        Reading::Number(number) => vec![((*name).to_owned(), labels, number.as_f64())],
        Reading::Histogram(histogram) => {
            let Buckets::Explicit(buckets) = &histogram.buckets else { panic!("{histogram}") };
            let mut samples =
                vec![(format!("{name}_count"), labels.clone(), histogram.count as f64)];
            // A sum with less than zero in it may fall, and is no counter.
            if histogram.min.is_none_or(|min| min.as_f64() >= 0.0) {
                samples.push((format!("{name}_sum"), labels.clone(), histogram.sum.as_f64()));
            }
            let mut below = 0;
            for bucket in buckets {
                below += bucket.count;
                let mut labels = labels.clone();
                let is_last = bucket.upper.is_infinite();
                let bound = if is_last { "+Inf".to_owned() } else { bucket.upper.to_string() };
                labels.insert("le".to_owned(), bound);
                samples.push((format!("{name}_bucket"), labels, below as f64));
            }
            samples
        }
    }
}

/// The scopes of what an exporter says of itself, which differs from one page to the next.
const OF_ITSELF: [&str; 2] = ["kymo-bridge", "kymo-endpoint"];

fn step() -> impl Strategy<Value = Step> {
    let attributes = proptest::collection::vec((0..KEYS.len(), 0..5_u8), 0..3);
    (0..NAMES.len(), attributes, any::<i16>())
}

proptest! {
    #[test]
    fn a_snapshot_and_the_page_say_the_same_of_every_series(
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        let builder = Telemetry::for_service("shop").prometheus().without_target_info();
        let telemetry = TestTelemetry::of(builder);
        for step in &steps {
            record(&telemetry, step);
        }

        let snapshot = telemetry.snapshot();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let scrape = runtime.block_on(Scrape::of(&telemetry));
        let mut read = 0;
        let is_ours = |metric: &&Metric| !OF_ITSELF.contains(&&*metric.scope.name);
        for metric in snapshot.metrics.iter().filter(is_ours) {
            let family = scrape.families().iter().find(|family| {
                NAMES.iter().any(|(name, _, page)| *name == metric.name && *page == family.name)
            });
            let family = family.unwrap_or_else(|| panic!("{} is not on the page", metric.name));
            let kind = match metric.kind {
                Kind::Counter => integration_tests::Kind::Counter,
                Kind::Histogram => integration_tests::Kind::Histogram,
                _ => integration_tests::Kind::Gauge,
            };
            prop_assert_eq!(family.kind, kind);
            for (name, labels, value) in metric.series.iter().flat_map(|s| samples(metric, s)) {
                let mut found = family.samples.iter();
                let found = found.find(|sample| sample.name == name && sample.labels == labels);
                let found = found.unwrap_or_else(|| panic!("{name} {labels:?} is not on the page"));
                prop_assert!((found.value - value).abs() < 1e-9, "{} is not {}", found, value);
                read += 1;
            }
        }
        let shown = scrape.families().iter().flat_map(|family| &family.samples);
        let of_itself = |labels: &BTreeMap<String, String>| {
            labels.get("otel_scope_name").is_some_and(|scope| OF_ITSELF.contains(&&**scope))
        };
        let shown = shown.filter(|sample| !of_itself(&sample.labels)).count();
        prop_assert_eq!(read, shown, "nothing else is on the page");
    }
}
