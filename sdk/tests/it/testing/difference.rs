//! The difference between two snapshots.

use std::collections::BTreeMap;

use kymo::{
    opentelemetry::{KeyValue, metrics::MeterProvider},
    testing::{Buckets, Histogram, Kind, Number, Reading, Snapshot, SnapshotReader},
};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, SdkMeterProvider, Stream};
use proptest::prelude::*;

use super::message;

/// One recording: in which instrument, in which series, and what.
type Step = (u8, u8, i16);

/// A meter provider with an instrument of every kind, and whoever reads it.
struct Shop {
    reader: SnapshotReader,
    provider: SdkMeterProvider,
}

impl Shop {
    fn new() -> Self {
        let exponential = |instrument: &Instrument| {
            let exponential = Aggregation::Base2ExponentialHistogram {
                max_size: 8,
                max_scale: 20,
                record_min_max: true,
            };
            let stream = Stream::builder().with_aggregation(exponential);
            (instrument.name() == "exponential").then(|| stream.build().unwrap())
        };
        let reader = SnapshotReader::new();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone());
        Self { provider: provider.with_view(exponential).build(), reader }
    }

    fn record(&self, steps: &[Step]) -> Snapshot {
        let meter = self.provider.meter("shop");
        for (instrument, series, value) in steps {
            let attributes = [KeyValue::new("series", i64::from(*series))];
            let float = f64::from(*value) / 8.0;
            match instrument {
                0 => meter.u64_counter("u64").build().add(value.unsigned_abs().into(), &attributes),
                1 => meter.f64_counter("f64").build().add(float.abs(), &attributes),
                2 => meter.i64_up_down_counter("i64").build().add((*value).into(), &attributes),
                3 => meter.f64_gauge("gauge").build().record(float, &attributes),
                4 => meter.f64_histogram("explicit").build().record(float, &attributes),
                _ => meter.f64_histogram("exponential").build().record(float, &attributes),
            }
        }
        self.reader.snapshot()
    }
}

/// Every series by its name and attributes.
fn readings(snapshot: &Snapshot) -> BTreeMap<(String, String), (Kind, Reading)> {
    let all = snapshot.metrics.iter().flat_map(|metric| {
        let key = |attributes: String| (metric.name.clone(), attributes);
        let series = metric.series.iter();
        series.map(move |series| {
            (key(series.attributes.to_string()), (metric.kind, series.reading.clone()))
        })
    });
    all.collect()
}

/// `before` and what happened `since`, by independent arithmetic.
fn plus(kind: Kind, before: Option<&Reading>, since: &Reading) -> Reading {
    match (before, since) {
        (Some(Reading::Number(before)), Reading::Number(since)) if kind != Kind::Gauge => {
            Reading::Number(match (before, since) {
                (Number::Integer(one), Number::Integer(other)) => Number::Integer(one + other),
                (one, other) => Number::Float(one.as_f64() + other.as_f64()),
            })
        }
        (Some(Reading::Histogram(before)), Reading::Histogram(since)) => {
            let mut sum = since.clone();
            sum.count += before.count;
            sum.sum = Number::Float(before.sum.as_f64() + since.sum.as_f64());
            match (&mut sum.buckets, &before.buckets) {
                (Buckets::Explicit(sum), Buckets::Explicit(before)) => {
                    for (sum, before) in sum.iter_mut().zip(before) {
                        sum.count += before.count;
                    }
                }
                (
                    Buckets::Exponential { scale, zero_count, positive, negative },
                    Buckets::Exponential {
                        scale: finer,
                        zero_count: zero,
                        positive: more,
                        negative: less,
                    },
                ) => {
                    *zero_count += zero;
                    let width = 2_f64.powi(i32::from(finer - *scale));
                    for (side, added) in [(positive, more), (negative, less)] {
                        for (index, count) in added {
                            #[expect(clippy::cast_possible_truncation, reason = "a small index")]
                            let coarser = (f64::from(*index) / width).floor() as i32;
                            *side.entry(coarser).or_default() += count;
                        }
                    }
                }
                _ => panic!("buckets of two kinds"),
            }
            Reading::Histogram(sum)
        }
        (_, since) => since.clone(),
    }
}

/// Without what a difference cannot know.
fn comparable(reading: Reading) -> Reading {
    match reading {
        Reading::Histogram(mut histogram) => {
            (histogram.min, histogram.max) = (None, None);
            histogram.sum = Number::Float(histogram.sum.as_f64());
            Reading::Histogram(histogram)
        }
        number @ Reading::Number(_) => number,
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..6_u8, 0..3_u8, any::<i16>()), 0..40)
}

proptest! {
    #[test]
    fn what_was_before_and_what_happened_since_is_what_there_is(first in steps(), then in steps()) {
        let shop = Shop::new();
        let before = shop.record(&first);
        let after = shop.record(&then);
        let since = after.since(&before);
        let (before, since) = (readings(&before), readings(&since));
        for (series, (kind, reading)) in readings(&after) {
            let before = before.get(&series).map(|(_, reading)| reading);
            let sum = plus(kind, before, &since[&series].1);
            prop_assert_eq!(comparable(sum), comparable(reading), "{:?}", series);
        }
    }

    #[test]
    fn nothing_happened_between_a_snapshot_and_itself(steps in steps()) {
        let now = Shop::new().record(&steps);
        for (series, (kind, reading)) in readings(&now.since(&now)) {
            let is_nothing = match &reading {
                Reading::Number(number) => kind == Kind::Gauge || number.agrees(0),
                Reading::Histogram(Histogram { count, sum, .. }) => *count == 0 && sum.agrees(0),
            };
            prop_assert!(is_nothing, "{:?} {}", series, reading);
            prop_assert!(!reading.to_string().contains('≤'), "{}", reading);
        }
        let all = now.since(&Snapshot::default());
        prop_assert_eq!(readings(&all).len(), readings(&now).len());
    }
}

#[test]
fn two_snapshots_the_wrong_way_round_are_noticed() {
    let shop = Shop::new();
    let before = shop.record(&[(4, 0, 1)]);
    let after = shop.record(&[(4, 0, 1)]);
    after.since(&before).histogram("explicit").assert_count(1);
    let swapped = message(|| drop(before.since(&after)));
    assert!(swapped.contains("ask the later snapshot"), "{swapped}");
}
