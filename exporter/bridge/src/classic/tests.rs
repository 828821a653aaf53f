use proptest::prelude::*;

use super::*;
use kymo_exposition::Number;

/// A native histogram of `values`, as the definition of its buckets says.
struct Recorded {
    schema: i8,
    positive: (i32, Vec<u64>),
    negative: (i32, Vec<u64>),
    zeros: u64,
    values: Vec<f64>,
}

impl Recorded {
    fn of(schema: i8, values: &[f64]) -> Self {
        let side = |sign: f64| {
            let indices: Vec<i32> = values
                .iter()
                .map(|value| value * sign)
                .filter(|value| *value > 0.0)
                .map(|value| index(schema, value))
                .collect();
            let Some(first) = indices.iter().copied().min() else { return (0, Vec::new()) };
            let mut counts = Vec::new();
            for index in indices {
                let at = usize::try_from(index - first).unwrap();
                if counts.len() <= at {
                    counts.resize(at + 1, 0);
                }
                counts[at] += 1;
            }
            (first, counts)
        };
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        Recorded {
            schema,
            positive: side(1.0),
            negative: side(-1.0),
            zeros: zeros.try_into().unwrap(),
            values: values.to_vec(),
        }
    }

    fn native(&self) -> NativeHistogram<'_> {
        NativeHistogram {
            schema: self.schema,
            zero_threshold: NO_THRESHOLD,
            zero_count: self.zeros,
            positive: NativeBuckets { offset: self.positive.0, counts: &self.positive.1 },
            negative: NativeBuckets { offset: self.negative.0, counts: &self.negative.1 },
            sum: Number::F64(self.values.iter().sum()),
            count: self.values.len().try_into().unwrap(),
            exemplars: &[],
            classic: None,
        }
    }

    /// The bounds of the classic histogram, each with all observations up to there, and their number.
    fn classic(&self) -> (Vec<(f64, u64)>, u64) {
        let mut classics = Classics::default();
        let it = classics.of(&self.native());
        assert!(it.is_well_formed(), "{it:?}");
        let mut below = 0;
        let ends = it.bounds.iter().zip(it.counts).map(|(bound, count)| {
            below += count;
            (*bound, below)
        });
        (ends.collect(), it.count().unwrap())
    }
}

/// The bucket of `value`, of which the one before ends below it.
fn index(schema: i8, value: f64) -> i32 {
    let buckets = 2_f64.powi(i32::from(schema));
    #[expect(clippy::cast_possible_truncation, reason = "it is small")]
    let near = (value.log2() * buckets).round() as i32;
    let end = |index: i32| (f64::from(index) / buckets).exp2();
    (near - 2..near + 3).find(|index| value <= end(*index)).unwrap()
}

#[test]
fn the_bounds_are_the_powers_of_two_around_what_was_recorded() {
    for schema in 0..=8 {
        let recorded = Recorded::of(schema, &[0.0, 0.3, 1.0, 1.1, 3.9, 4.0]);
        let expected = [(0.0, 1), (0.25, 1), (0.5, 2), (1.0, 3), (2.0, 4), (4.0, 6)];
        assert_eq!(recorded.classic(), (expected.to_vec(), 6), "{schema}");
    }
}

#[test]
fn a_schema_below_zero_has_fewer_bounds_and_each_is_exact() {
    let values = [0.3, 1.0, 1.1, 3.9, 4.1, 17.0];
    let ends = |schema| Recorded::of(schema, &values).classic();
    let expected = [(0.0625, 0), (0.25, 0), (1.0, 2), (4.0, 4), (16.0, 5), (64.0, 6)];
    assert_eq!(ends(-1), (expected[1..].to_vec(), 6));
    assert_eq!(ends(-2), ([(0.0625, 0), (1.0, 2), (16.0, 5), (256.0, 6)].to_vec(), 6));
    let wide = 2_f64.powi(16);
    assert_eq!(ends(-4), ([(1.0 / wide, 0), (1.0, 2), (wide, 6)].to_vec(), 6));
}

#[test]
fn what_is_below_zero_has_bounds_below_zero_and_a_sum_that_may_fall() {
    let recorded = Recorded::of(3, &[-3.0, -1.5, -0.7, 0.0, 2.0]);
    let expected = [(-4.0, 0), (-2.0, 1), (-1.0, 2), (-0.5, 3), (0.0, 4), (1.0, 4), (2.0, 5)];
    assert_eq!(recorded.classic(), (expected.to_vec(), 5));
    let mut classics = Classics::default();
    assert!(classics.of(&recorded.native()).can_fall);
    let positive = Recorded::of(3, &[0.5]);
    let it = classics.of(&positive.native());
    assert_eq!((it.sum, it.can_fall), (Some(Number::F64(0.5)), false));
}

#[test]
fn an_empty_one_has_one_bucket_and_what_is_in_none_is_above_all() {
    let recorded = Recorded::of(0, &[]);
    assert_eq!(recorded.classic(), (Vec::new(), 0));
    let native = NativeHistogram { count: 3, ..recorded.native() };
    let mut classics = Classics::default();
    let it = classics.of(&native);
    assert_eq!((it.bounds, it.counts), (&[][..], &[3][..]));
}

#[test]
fn the_ends_of_floats_are_bounds_too() {
    let (counts, empty) = ([1, 1], Recorded::of(0, &[]));
    for (offset, bounds) in [(1023, 2), (1024, 1), (i32::MAX - 1, 0), (-1074, 2), (i32::MIN, 1)] {
        let native = NativeHistogram {
            positive: NativeBuckets { offset, counts: &counts },
            count: 2,
            ..empty.native()
        };
        let mut classics = Classics::default();
        let it = classics.of(&native);
        assert!(it.is_well_formed(), "{it:?}");
        assert_eq!((it.bounds.len(), it.count()), (bounds, Some(2)), "{it:?}");
    }
    assert_eq!(power_of_two(-1074).to_bits(), 5e-324_f64.to_bits());
    assert_eq!(power_of_two(-1022).to_bits(), f64::MIN_POSITIVE.to_bits());
    assert_eq!(power_of_two(-3).to_bits(), 0.125_f64.to_bits());
}

proptest! {
    /// Counted by hand: no bucket is asked where a value is.
    #[test]
    fn every_bound_has_exactly_what_is_not_above_it(
        schema in -4..=8_i8,
        values in proptest::collection::vec(prop_oneof![Just(0.0), -1e6..1e6, 1e-4..2.0, Just(0.25), Just(8.0)], 0..40),
    ) {
        let (ends, count) = Recorded::of(schema, &values).classic();
        prop_assert_eq!(count, values.len() as u64);
        for (bound, below) in ends {
            let counted = values.iter().filter(|value| **value <= bound).count() as u64;
            prop_assert_eq!(below, counted, "{}", bound);
        }
    }

    #[test]
    fn no_bound_loses_observations_when_buckets_are_merged(
        values in proptest::collection::vec(1e-4..1e4, 1..40),
    ) {
        let (fine, _) = Recorded::of(4, &values).classic();
        for schema in [3, 1, 0, -1, -3] {
            let (merged, _) = Recorded::of(schema, &values).classic();
            for (bound, below) in &merged {
                let same = fine.iter().find(|(known, _)| known.to_bits() == bound.to_bits());
                prop_assert!(same.is_none_or(|(_, known)| known == below), "{} of {}", bound, schema);
            }
        }
    }
}
