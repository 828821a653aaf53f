//! Exponential histograms on their way to native ones.

use std::collections::BTreeMap;

use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use opentelemetry::{KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, SdkMeterProvider, Stream};

use kymo_bridge::Bridge;

use super::scrape::{Rig, families, normal, text};

#[test]
fn texts_and_registries_get_a_classic_histogram_and_nothing_is_lost() {
    for scale in [20, 3, 0] {
        let rig = rig(scale);
        let histogram = rig.meter().f64_histogram("latency").with_unit("s").build();
        for number in [0.0, 0.3, 1.0, 1.1, 3.9, 4.0] {
            histogram.record(number, &[KeyValue::new("a", "b")]);
        }
        let (document, report) = text(&rig.bridge);
        assert_eq!((report.dropped, report.unsupported), (0, 0));
        assert!(natives(&rig.bridge).iter().all(|native| native.has_classic));
        let registry = families(&rig.registry_text()).remove("latency_seconds").unwrap();
        let scraped = families(&document).remove("latency_seconds").unwrap();
        assert_eq!(normal(scraped.clone()), normal(registry), "{scale}");
        let value = |suffix: &str| {
            let name = format!("latency_seconds_{suffix}");
            let of = scraped.samples.iter().filter(|sample| sample.name == name);
            of.map(|sample| {
                let le = sample.labels.iter().find(|(name, _)| name == "le");
                (le.map_or("", |(_, bound)| bound).to_owned(), sample.value.clone())
            })
            .collect::<Vec<_>>()
        };
        let expected =
            [("0", "1"), ("0.25", "1"), ("0.5", "2"), ("1", "3"), ("2", "4"), ("4", "6")];
        let expected = expected.into_iter().chain([("+Inf", "6")]);
        let expected: Vec<_> = expected.map(|(le, n)| (le.to_owned(), n.to_owned())).collect();
        assert_eq!(value("bucket"), expected, "{scale}");
        assert_eq!((value("count")[0].1.as_str(), value("sum")[0].1.as_str()), ("6", "10.3"));
        assert!(rig.losses().is_empty());
    }
}

/// A server takes a bucket that falls for a restart.
#[test]
fn no_bucket_of_a_classic_histogram_falls_while_the_sdk_makes_its_buckets_wider() {
    let rig = rig(20);
    let histogram = rig.meter().f64_histogram("latency").build();
    let mut before: BTreeMap<String, f64> = BTreeMap::new();
    let mut number = 1.0;
    for step in 0..400 {
        number = (number * 1_103.515 + 0.123) % (1.0 + f64::from(step).exp2().min(1e9));
        histogram.record(number, &[]);
        let document = text(&rig.bridge).0;
        let buckets = document.lines().filter_map(|line| line.strip_prefix("latency_bucket{"));
        let buckets = buckets.map(|line| line.split_once("} ").unwrap());
        let now: BTreeMap<_, _> =
            buckets.map(|(labels, n)| (labels.to_owned(), n.parse().unwrap())).collect();
        for (labels, count) in &before {
            assert!(now.get(labels).is_none_or(|now| now >= count), "{labels} at {step}");
        }
        before = now;
    }
    assert!(before.len() > 20 && before.len() < 80, "{}", before.len());
}

#[test]
fn two_series_that_are_one_are_added_up() {
    let bridge = Bridge::builder().without_target_info().without_scope_info().build().unwrap();
    let rig = exponential(bridge, 3);
    for scope in ["one", "other"] {
        let histogram = rig.provider.meter(scope).f64_histogram("latency").build();
        for number in [0.0, 1.0, 3.9, -2.0] {
            histogram.record(number, &[]);
        }
    }
    let native = natives(&rig.bridge).remove(0);
    assert_eq!((native.schema, native.zero_count, native.count), (3, 2, 8));
    assert!((native.sum - 5.8).abs() < 1e-9, "{}", native.sum);
    assert_eq!((native.positive, native.negative), (vec![(0, 2), (16, 2)], vec![(8, 2)]));
    assert!(rig.losses().is_empty());
}

#[test]
fn other_formats_get_a_native_histogram() {
    let rig = rig(3);
    let histogram = rig.meter().f64_histogram("latency").with_unit("s").build();
    for number in [0.0, 1.0, 1.0, 3.9, 4.0, -2.0] {
        histogram.record(number, &[KeyValue::new("a", "b")]);
    }
    let native = natives(&rig.bridge).remove(0);
    assert_eq!((native.schema, native.zero_count, native.count), (3, 1, 6));
    assert_eq!(native.sum.to_bits(), 7.9_f64.to_bits());
    assert_eq!(native.zero_threshold.to_bits(), 1e-128_f64.to_bits());
    // 1 is the upper bound of index 0; 3.9 and 4 are both above 2^(15/8) and at most 2^(16/8).
    assert_eq!(native.positive, [(0, 2), (16, 2)]);
    assert_eq!(native.negative, [(8, 1)]);
}

#[test]
fn a_scale_above_8_is_brought_down_and_no_observation_changes_its_bucket() {
    for scale in [9, 14, 20] {
        let rig = rig(scale);
        let histogram = rig.meter().u64_histogram("size").build();
        for number in [1, 1000, 1001] {
            histogram.record(number, &[]);
        }
        let native = natives(&rig.bridge).remove(0);
        assert!(native.schema <= 8);
        let index_of = |number: f64| {
            let index = number.log2() * f64::from(1 << native.schema);
            #[expect(clippy::cast_possible_truncation)]
            (index.ceil() as i32, 1)
        };
        let indices: Vec<_> = native.positive.iter().map(|bucket| bucket.0).collect();
        assert_eq!(indices.first(), Some(&0));
        assert_eq!(indices.last(), Some(&index_of(1001.0).0));
        assert_eq!(native.positive.iter().map(|bucket| bucket.1).sum::<u64>(), 3);
    }
}

#[test]
fn a_scale_below_minus_4_is_a_classic_histogram_alone_and_is_reported() {
    for scale in [-5, -10] {
        let rig = rig(scale);
        let histogram = rig.meter().f64_histogram("latency").build();
        for number in [0.0, 0.3, 1.0, 2.0] {
            histogram.record(number, &[]);
        }
        assert!(natives(&rig.bridge).is_empty());
        let causes: Vec<_> = rig.losses().into_iter().map(|(_, cause)| cause).collect();
        assert_eq!(causes, ["CoarseHistogram"]);
        let (document, report) = text(&rig.bridge);
        assert_eq!((report.dropped, report.unsupported), (0, 0));
        let registry = families(&rig.registry_text()).remove("latency").unwrap();
        let scraped = families(&document).remove("latency").unwrap();
        assert_eq!(normal(scraped), normal(registry), "{scale}");
        for line in ["le=\"1\"} 3", "le=\"+Inf\"} 4"] {
            assert!(document.contains(line), "{document}");
        }
        assert!(document.contains("latency_count{otel_scope_name=\"test\"} 4"), "{document}");
    }
}

/// One of them has no native form, so neither has their sum.
#[test]
fn a_coarse_series_and_a_fine_one_that_are_one_are_added_up() {
    let bridge = Bridge::builder().without_target_info().without_scope_info().build().unwrap();
    let view = |instrument: &Instrument| {
        let max_scale = if instrument.scope().name() == "coarse" { -5 } else { 3 };
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: 160,
            max_scale,
            record_min_max: false,
        };
        Stream::builder().with_aggregation(aggregation).build().ok()
    };
    let provider = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader()).build();
    for scope in ["coarse", "fine"] {
        let histogram = provider.meter(scope).f64_histogram("latency").build();
        for number in [0.0, 1.0, 3.9] {
            histogram.record(number, &[]);
        }
    }
    let document = text(&bridge).0;
    for line in ["{le=\"1\"} 4", "{le=\"+Inf\"} 6", "latency_sum 9.8", "latency_count 6"] {
        assert!(document.contains(line), "{document}");
    }
}

fn rig(max_scale: i8) -> Rig {
    exponential(Bridge::builder().without_target_info().build().unwrap(), max_scale)
}

fn exponential(bridge: Bridge, max_scale: i8) -> Rig {
    let view = move |_: &Instrument| {
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: 160,
            max_scale,
            record_min_max: false,
        };
        Stream::builder().with_aggregation(aggregation).build().ok()
    };
    let provider = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader()).build();
    let _ = provider.meter("warm");
    Rig { bridge, provider }
}

fn natives(bridge: &Bridge) -> Vec<Native> {
    let mut seen = Natives(Vec::new());
    bridge.collect(&mut seen);
    seen.0
}

struct Native {
    schema: i8,
    zero_threshold: f64,
    zero_count: u64,
    sum: f64,
    count: u64,
    positive: Vec<(i32, u64)>,
    negative: Vec<(i32, u64)>,
    has_classic: bool,
}

struct Natives(Vec<Native>);

impl Sink for Natives {
    fn family(&mut self, family: &Family<'_>) {
        assert_eq!(family.kind, Kind::Histogram);
    }

    fn series(&mut self, series: &Series<'_>) {
        let native = match &series.value {
            Value::NativeHistogram(native) => native,
            Value::Histogram(classic) => return assert!(classic.is_well_formed(), "{classic:?}"),
            other => panic!("{other:?}"),
        };
        assert!(native.is_well_formed(), "{native:?}");
        let filled = |buckets: kymo_exposition::NativeBuckets<'_>| {
            let all = (buckets.offset..).zip(buckets.counts.iter().copied());
            all.filter(|bucket| bucket.1 > 0).collect()
        };
        let Number::F64(sum) = native.sum.as_f64().into() else { panic!("{:?}", native.sum) };
        self.0.push(Native {
            schema: native.schema,
            zero_threshold: native.zero_threshold,
            zero_count: native.zero_count,
            sum,
            count: native.count,
            positive: filled(native.positive),
            negative: filled(native.negative),
            has_classic: native.classic.is_some_and(|it| it.count() == Some(native.count)),
        });
    }
}
