//! Native histograms that are held, and added up.

use kymo_exposition::{NativeBuckets, NativeHistogram, Number};

/// A native histogram that others can be added to.
#[derive(Debug)]
pub(crate) struct OwnedNative {
    shape: NativeHistogram<'static>,
    positive: Side,
    negative: Side,
}

/// The buckets of one side, from the first to the last.
#[derive(Debug, Clone, Default)]
struct Side {
    offset: i64,
    counts: Vec<u64>,
}

impl OwnedNative {
    /// A copy without exemplars, and without a classic form.
    pub(crate) fn copy(it: &NativeHistogram<'_>) -> Self {
        let none = NativeBuckets::default();
        OwnedNative {
            shape: NativeHistogram {
                positive: none,
                negative: none,
                exemplars: &[],
                classic: None,
                ..*it
            },
            positive: Side::copy(it.positive),
            negative: Side::copy(it.negative),
        }
    }

    /// Adds `other`, with `sum` for both: in the buckets of the coarser one, and in wider ones where there
    /// were too many.
    ///
    /// No observation is lost, and each is where it would be had it been recorded in such buckets.
    pub(crate) fn add(&mut self, other: &Self, sum: Number) {
        let (mine, theirs) = (self.shape, &other.shape);
        let schema = mine.schema.min(theirs.schema);
        self.shape = NativeHistogram {
            schema,
            sum,
            count: mine.count.saturating_add(theirs.count),
            zero_count: mine.zero_count.saturating_add(theirs.zero_count),
            zero_threshold: mine.zero_threshold.max(theirs.zero_threshold),
            ..mine
        };
        let [here, there] = [mine.schema, theirs.schema].map(|fine| (fine - schema).unsigned_abs());
        for (side, theirs) in
            [(&mut self.positive, &other.positive), (&mut self.negative, &other.negative)]
        {
            *side = side.merged(here.into());
            side.add(&theirs.merged(there.into()));
        }
        while self.shape.schema > COARSEST
            && (self.positive.counts.len() > MOST || self.negative.counts.len() > MOST)
        {
            self.shape.schema -= 1;
            self.positive = self.positive.merged(1);
            self.negative = self.negative.merged(1);
        }
    }

    /// The histogram, as long as this lives.
    pub(crate) fn borrowed(&self) -> NativeHistogram<'_> {
        let (positive, negative) = (self.positive.borrowed(), self.negative.borrowed());
        NativeHistogram { positive, negative, ..self.shape }
    }
}

impl Side {
    fn copy(it: NativeBuckets<'_>) -> Self {
        Side { offset: it.offset.into(), counts: it.counts.to_vec() }
    }

    /// The same with each 2^`merges` buckets as one; they are counted by their ends.
    fn merged(&self, merges: u32) -> Self {
        let of = |index: i64| ((index - 1) >> merges) + 1;
        let mut wide = Side { offset: of(self.offset), counts: Vec::new() };
        for (index, count) in (self.offset..).zip(&self.counts) {
            wide.put(of(index), *count);
        }
        wide
    }

    /// Adds the buckets of `other`.
    fn add(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.clone_from(other);
            return;
        }
        if let Ok(before @ 1..) = usize::try_from(self.offset - other.offset)
            && !other.counts.is_empty()
        {
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.offset = other.offset;
        }
        for (index, count) in (other.offset..).zip(&other.counts) {
            self.put(index, *count);
        }
    }

    /// Adds observations to a bucket that is not before the first one.
    fn put(&mut self, index: i64, count: u64) {
        let at = usize::try_from(index - self.offset).unwrap_or_default();
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] = self.counts[at].saturating_add(count);
    }

    fn borrowed(&self) -> NativeBuckets<'_> {
        // It began in such a range, and merging brings it closer to zero.
        let offset = i32::try_from(self.offset).unwrap_or_default();
        NativeBuckets { offset, counts: &self.counts }
    }
}

/// The coarsest schema of Prometheus.
const COARSEST: i8 = -4;

/// As many buckets as two histograms of the SDK have on one side.
const MOST: usize = 320;

#[cfg(test)]
mod tests {
    use super::*;

    fn native(schema: i8, offset: i32, counts: &[u64]) -> OwnedNative {
        OwnedNative::copy(&NativeHistogram {
            schema,
            zero_threshold: 1e-128,
            zero_count: 1,
            positive: NativeBuckets { offset, counts },
            negative: NativeBuckets::default(),
            sum: Number::U64(0),
            count: 1 + counts.iter().sum::<u64>(),
            exemplars: &[],
            classic: None,
        })
    }

    fn sum(mut one: OwnedNative, other: &OwnedNative) -> (i8, i32, Vec<u64>) {
        one.add(other, Number::U64(7));
        let it = one.borrowed();
        assert_eq!((it.sum, it.zero_count), (Number::U64(7), 2));
        let counts = it.positive.counts;
        assert_eq!(it.count, 2 + counts.iter().sum::<u64>());
        (it.schema, it.positive.offset, counts.to_vec())
    }

    #[test]
    fn buckets_are_added_where_they_are() {
        let (one, other) = (|| native(2, 3, &[1, 2]), native(2, 1, &[5]));
        assert_eq!(sum(one(), &other), (2, 1, vec![5, 0, 1, 2]));
        assert_eq!(sum(native(2, 1, &[5]), &one()), (2, 1, vec![5, 0, 1, 2]));
        assert_eq!(sum(one(), &native(2, 9, &[])), (2, 3, vec![1, 2]));
        assert_eq!(sum(native(2, 9, &[]), &one()), (2, 3, vec![1, 2]));
        assert_eq!(sum(one(), &native(2, 6, &[4])), (2, 3, vec![1, 2, 0, 4]));
    }

    #[test]
    fn the_coarser_one_says_which_buckets_there_are() {
        // Of schema 1, buckets 1 and 2 end in the one of schema 0 that ends at 2; -1 and 0 in that to 1.
        let fine = || native(1, -1, &[1, 2, 4, 8]);
        assert_eq!(sum(fine(), &native(0, 1, &[16])), (0, 0, vec![3, 28]));
        assert_eq!(sum(native(0, 1, &[16]), &fine()), (0, 0, vec![3, 28]));
    }

    #[test]
    fn too_many_buckets_are_merged_and_none_is_lost() {
        let (schema, _, counts) = sum(native(8, -200_000, &[1]), &native(8, 200_000, &[2]));
        assert!(schema < 0 && counts.len() <= MOST, "{schema} {}", counts.len());
        assert_eq!((counts.first(), counts.last()), (Some(&1), Some(&2)));
    }
}
