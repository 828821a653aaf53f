//! Any values.

use std::collections::BTreeSet;

use kymo_exposition::{Kind, Number};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{AnyHistogram, AnyNative, AnyValue};

/// Most often one that the kind has.
pub(super) fn value(kind: Kind) -> impl Strategy<Value = AnyValue> {
    let summary = (bounds(), number(), option::of(number()), any::<u64>());
    let of = |kinds: &[Kind]| if kinds.contains(&kind) { 20 } else { 1 };
    let distributions = [Kind::Histogram, Kind::Summary];
    prop_oneof![
        21 - of(&distributions) => number().prop_map(AnyValue::Number),
        of(&[Kind::Histogram]) => histogram().prop_map(AnyValue::Histogram),
        of(&[Kind::Histogram]) => native().prop_map(AnyValue::Native),
        of(&[Kind::Summary]) => summary.prop_map(|(quantiles, value, sum, count)| {
            let value = value.as_f64();
            let quantiles = quantiles.into_iter().map(|quantile| (quantile, value)).collect();
            AnyValue::Summary(quantiles, sum, count)
        }),
    ]
}

fn bounds() -> impl Strategy<Value = Vec<f64>> {
    let ascending = (vec(0_u32..1000, 0..6), 0..4_i32).prop_map(|(numbers, shift)| {
        let sorted: BTreeSet<_> = numbers.into_iter().collect();
        let shift = f64::from(shift / 3) * 0.3;
        sorted.into_iter().map(|number| f64::from(number) / 1000.0 - shift).collect::<Vec<_>>()
    });
    prop_oneof![5 => ascending, 1 => vec(any::<f64>(), 0..4)]
}

fn histogram() -> impl Strategy<Value = AnyHistogram> {
    let count = prop_oneof![9 => 0_u64..1 << 53, 1 => any::<u64>()];
    (bounds(), vec(count, 7), option::of(number()), 0..12_usize).prop_map(
        |(bounds, mut counts, sum, off)| {
            counts.truncate(if off == 0 { 1 } else { bounds.len() + 1 });
            AnyHistogram { bounds, counts, sum, can_fall: off % 4 == 1 }
        },
    )
}

fn native() -> impl Strategy<Value = AnyNative> {
    let side = || (prop_oneof![9 => -20..20_i32, 1 => any::<i32>()], vec(0..4_u64, 0..6));
    let zero = (select(vec![0.0, 1e-128, 1e-128, 0.001, -1.0]), 0..4_u64);
    let odd = prop_oneof![5 => Just(0_u64), 1 => 1..3_u64];
    (-5..10_i8, zero, side(), side(), number(), odd, option::of(histogram())).prop_map(
        |(schema, zero, positive, negative, sum, odd, classic)| {
            let buckets = positive.1.iter().chain(&negative.1).sum::<u64>();
            let count = buckets + zero.1 + odd;
            // Most often the same observations in other buckets.
            let classic = classic.map(|mut it| {
                if count % 4 != 0 && it.counts.len() == it.bounds.len() + 1 {
                    it.counts.fill(0);
                    it.counts[0] = count;
                }
                it
            });
            AnyNative { schema, zero, positive, negative, sum, count, classic }
        },
    )
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<u64>().prop_map(Number::U64),
        any::<i64>().prop_map(Number::I64),
        (0..3_u64).prop_map(Number::U64),
        proptest::num::f64::ANY.prop_map(Number::F64),
        (-1000..1000_i32).prop_map(|number| Number::F64(f64::from(number))),
    ]
}
