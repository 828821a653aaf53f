//! Native histograms.

use crate::{Exemplar, Number};

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

impl<'a> NativeBuckets<'a> {
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
    fn empty_buckets_have_no_spans() {
        for counts in [&[][..], &[0, 0]] {
            assert_eq!(NativeBuckets { offset: 1, counts }.spans().count(), 0);
            assert_eq!(NativeBuckets { offset: 1, counts }.deltas().count(), 0);
        }
    }
}
