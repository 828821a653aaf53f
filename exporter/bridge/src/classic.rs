//! Classic histograms, made of native ones.

use kymo_exposition::{Histogram, NativeBuckets, NativeHistogram};

/// Makes classic histograms of native ones, for formats that have no others, in memory that it keeps.
///
/// Nothing is estimated: each bound is one of the native histogram, and has the observations up to there.
/// Of those it has, the powers of two are taken: a server compares a bucket with what it was before, and
/// these stay when the SDK merges buckets to make room. Below a schema of 0 there are fewer: every 2nd
/// power for -1, every 4th for -2 and every 16th for -4. Of quantiles that are read from them the error is a
/// factor of 2^(2^-schema) at most, as it is of the native histogram, but no less than two.
///
/// Two things are not exact. An observation that equals a bound below zero is in the bucket above it, as
/// it is in the native histogram; and what the zero bucket has counts as 0, or as the threshold if there
/// is one.
#[derive(Debug, Default)]
pub(crate) struct Classics {
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

impl Classics {
    /// The classic histogram, without exemplars; its sum may fall if something below zero was recorded.
    pub(crate) fn of(&mut self, native: &NativeHistogram<'_>) -> Histogram<'_> {
        self.bounds.clear();
        self.counts.clear();
        let can_fall = native.negative.counts.iter().any(|count| *count > 0);
        self.add_negative(native);
        self.add_zero(native);
        self.add_positive(native);
        let seen = self.counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        self.counts.push(native.count.saturating_sub(seen));
        Histogram {
            bounds: &self.bounds,
            counts: &self.counts,
            sum: Some(native.sum),
            can_fall,
            exemplars: &[],
        }
    }

    /// Adds the buckets below zero, the furthest first.
    fn add_negative(&mut self, native: &NativeHistogram<'_>) {
        let coarse = Coarse::of(native.schema, native.negative);
        let mut filled = coarse.filled().rev().peekable();
        let Some(mut next) = filled.peek().map(|(last, _)| *last) else { return };
        self.add(-coarse.end(next), 0);
        for (bucket, count) in filled {
            for empty in (bucket + 1..=next).rev() {
                self.add(-coarse.end(empty - 1), 0);
            }
            self.add(-coarse.end(bucket - 1), count);
            next = bucket - 1;
        }
    }

    /// Adds the bucket around zero, if something is in it.
    fn add_zero(&mut self, native: &NativeHistogram<'_>) {
        if native.zero_count > 0 {
            let threshold = native.zero_threshold;
            self.add(if threshold > NO_THRESHOLD { threshold } else { 0.0 }, native.zero_count);
        }
    }

    /// Adds the buckets above zero.
    fn add_positive(&mut self, native: &NativeHistogram<'_>) {
        let coarse = Coarse::of(native.schema, native.positive);
        let mut filled = coarse.filled().peekable();
        let Some(mut next) = filled.peek().map(|(first, _)| *first) else { return };
        // Quantiles are interpolated from the bound before.
        self.add(coarse.end(next - 1), 0);
        for (bucket, count) in filled {
            for empty in next..bucket {
                self.add(coarse.end(empty), 0);
            }
            self.add(coarse.end(bucket), count);
            next = bucket + 1;
        }
    }

    /// Adds a bucket; one that ends where the last one did is part of that, and one without an end is
    /// left to the last bucket of all.
    fn add(&mut self, bound: f64, count: u64) {
        if !bound.is_finite() {
            return;
        }
        match (self.bounds.last(), self.counts.last_mut()) {
            (Some(last), Some(known)) if *last >= bound => *known = known.saturating_add(count),
            _ => {
                self.bounds.push(bound);
                self.counts.push(count);
            }
        }
    }
}

/// One side of a native histogram, whose buckets end at powers of two.
struct Coarse<'a> {
    buckets: NativeBuckets<'a>,
    /// So often are two buckets merged into one.
    merges: u32,
    /// The exponent of each bucket's end is its index by 2^this.
    shift: u32,
}

impl<'a> Coarse<'a> {
    fn of(schema: i8, buckets: NativeBuckets<'a>) -> Self {
        let merges = u32::try_from(schema).unwrap_or(0);
        Coarse { buckets, merges, shift: u32::from(schema.min(0).unsigned_abs()) }
    }

    /// The bucket that has the bucket `index` of the native histogram: those count by their ends.
    fn merged(&self, index: i64) -> i64 {
        ((index - 1) >> self.merges) + 1
    }

    /// The buckets with observations, of which one may be there several times, and how many each has.
    fn filled(&self) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        let all = self.buckets.counts.iter().copied().enumerate();
        all.filter(|(_, count)| *count > 0).map(|(at, count)| {
            let index = i64::from(self.buckets.offset) + i64::try_from(at).unwrap_or(i64::MAX >> 1);
            (self.merged(index), count)
        })
    }

    /// Where `bucket` ends: infinite above all floats, and the least of them below.
    fn end(&self, bucket: i64) -> f64 {
        power_of_two(bucket << self.shift)
    }
}

/// Two to the power of `exponent`, exactly.
fn power_of_two(exponent: i64) -> f64 {
    match exponent {
        1024.. => f64::INFINITY,
        -1022..1024 => f64::from_bits((exponent + 1023).unsigned_abs() << 52),
        -1074..-1022 => f64::from_bits(1 << (exponent + 1074)),
        _ => f64::from_bits(1),
    }
}

/// The threshold that stands for none: OpenTelemetry has no zero bucket with a width, and Prometheus none
/// without.
const NO_THRESHOLD: f64 = 1e-128;

#[cfg(test)]
mod tests;
