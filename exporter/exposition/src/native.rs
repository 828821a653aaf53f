//! Native histograms.

use crate::{Exemplar, Histogram, Number};

/// Observations in buckets whose bounds grow exponentially: a native histogram.
///
/// Fields and indices are those of Prometheus, not those of OTLP: the bucket of index `i` ends at
/// `2^(i * 2^-schema)`, inclusively.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NativeHistogram<'a> {
    /// The resolution, from -4 (each bucket 65536 times the one before) to 8 (0.27 % wider).
    pub schema: i8,
    /// Observations no further from zero than this are in the zero bucket.
    pub zero_threshold: f64,
    /// The observations in the zero bucket.
    pub zero_count: u64,
    /// The observations above the zero bucket.
    pub positive: NativeBuckets<'a>,
    /// The observations below the zero bucket, by their absolute value.
    pub negative: NativeBuckets<'a>,
    /// The sum of all observations.
    pub sum: Number,
    /// The number of observations; it exceeds the sum of the buckets by those that were NaN.
    pub count: u64,
    /// Exemplars with timestamps, the oldest first.
    pub exemplars: &'a [Exemplar<'a>],
    /// The same observations in classic buckets, for formats and readers without native ones.
    ///
    /// A format that has native histograms writes both, and its reader chooses.
    pub classic: Option<Histogram<'a>>,
}

/// One side of a native histogram: a run of buckets of which many may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NativeBuckets<'a> {
    /// The index of the first bucket.
    pub offset: i32,
    /// The observations in each bucket alone, from `offset` upwards without a gap.
    pub counts: &'a [u64],
}

/// A run of buckets that are not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The distance from the end of the span before, or from index 0 for the first one.
    pub offset: i32,
    /// How many buckets it has, at least one.
    pub length: u32,
}

impl NativeHistogram<'_> {
    /// Whether the resolution is one that native histograms have, the zero bucket is a bucket, the last index of
    /// each side fits in 32 bits, and the count is that of all buckets, or more where the sum is NaN.
    pub fn is_well_formed(&self) -> bool {
        let mut counts = self.positive.counts.iter().chain(self.negative.counts);
        let total = counts.try_fold(self.zero_count, |sum, &count| sum.checked_add(count));
        let is_sum_nan = self.sum.as_f64().is_nan();
        (-4..=8).contains(&self.schema)
            && self.zero_threshold.is_finite()
            && self.zero_threshold >= 0.0
            && [self.positive, self.negative].into_iter().all(NativeBuckets::is_indexed)
            && total.is_some_and(|it| it == self.count || (it < self.count && is_sum_nan))
    }
}

impl<'a> NativeBuckets<'a> {
    fn is_indexed(self) -> bool {
        let len = i32::try_from(self.counts.len()).ok();
        len.is_some_and(|len| self.offset.checked_add(len).is_some())
    }

    /// The runs of buckets that are not empty, as the protobuf format writes them.
    pub fn spans(self) -> impl Iterator<Item = Span> + 'a {
        let (mut rest, mut gap) = (self.counts, self.offset);
        std::iter::from_fn(move || {
            let empty = rest.iter().take_while(|&&count| count == 0).count();
            let length = rest[empty..].iter().take_while(|&&count| count > 0).count();
            let span = Span {
                offset: gap.saturating_add_unsigned(u32::try_from(empty).ok()?),
                length: u32::try_from(length).ok()?,
            };
            rest = &rest[empty + length..];
            gap = 0;
            (length > 0).then_some(span)
        })
    }

    /// The counts of the buckets in [`spans`](Self::spans), each as the difference to the one before.
    ///
    /// Differences wrap around when a count exceeds the signed 64 bits the format has for them.
    pub fn deltas(self) -> impl Iterator<Item = i64> + 'a {
        let filled = self.counts.iter().copied().filter(|&count| count > 0);
        filled.scan(0_u64, |before, count| {
            let delta = count.wrapping_sub(*before).cast_signed();
            *before = count;
            Some(delta)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_example_gives_its_spans_and_deltas() {
        // OTLP offset 3 is index 4 here.
        let buckets = NativeBuckets { offset: 4, counts: &[10, 0, 0, 20, 5, 2] };
        let spans: Vec<_> = buckets.spans().collect();
        assert_eq!(spans, [Span { offset: 4, length: 1 }, Span { offset: 2, length: 3 }]);
        assert_eq!(buckets.deltas().collect::<Vec<_>>(), [10, 10, -15, -3]);
    }

    #[test]
    fn leading_zeros_move_the_first_span_and_trailing_ones_vanish() {
        let buckets = NativeBuckets { offset: -2, counts: &[0, 7, 0] };
        let spans: Vec<_> = buckets.spans().collect();
        assert_eq!(spans, [Span { offset: -1, length: 1 }]);
        assert_eq!(buckets.deltas().collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn a_histogram_whose_buckets_do_not_add_up_is_malformed() {
        let buckets = NativeBuckets { offset: 1, counts: &[1, 2] };
        let fine = NativeHistogram {
            schema: 0,
            zero_threshold: 0.0,
            zero_count: 4,
            positive: buckets,
            negative: buckets,
            sum: Number::F64(0.0),
            count: 10,
            exemplars: &[],
            classic: None,
        };
        assert!(fine.is_well_formed());
        let nan = Number::F64(f64::NAN);
        assert!(NativeHistogram { count: 11, sum: nan, ..fine }.is_well_formed());
        let far = NativeBuckets { offset: i32::MAX, ..buckets };
        let huge = NativeBuckets { offset: 1, counts: &[u64::MAX] };
        for broken in [
            NativeHistogram { schema: -5, ..fine },
            NativeHistogram { schema: 9, ..fine },
            NativeHistogram { zero_threshold: -1.0, ..fine },
            NativeHistogram { zero_threshold: f64::NAN, ..fine },
            NativeHistogram { zero_threshold: f64::INFINITY, ..fine },
            NativeHistogram { count: 11, ..fine },
            NativeHistogram { count: 9, sum: nan, ..fine },
            NativeHistogram { positive: far, ..fine },
            NativeHistogram { negative: huge, ..fine },
        ] {
            assert!(!broken.is_well_formed(), "{broken:?}");
        }
    }

    #[test]
    fn empty_buckets_have_no_spans() {
        for counts in [&[][..], &[0, 0]] {
            assert_eq!(NativeBuckets { offset: 1, counts }.spans().count(), 0);
            assert_eq!(NativeBuckets { offset: 1, counts }.deltas().count(), 0);
        }
    }
}
