//! How values were distributed.

use std::{collections::BTreeMap, fmt};

use crate::number::Number;

/// How the values of a series were distributed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: Number,
    /// The least of them; unknown without any, if switched off, and in a difference.
    pub min: Option<Number>,
    /// The greatest of them; unknown when [`Histogram::min`] is.
    pub max: Option<Number>,
    /// How many there were in each range.
    pub buckets: Buckets,
}

/// How many values there were in each range.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Buckets {
    /// Between bounds that the instrument or a view gave; the last upper bound is infinite. Empty
    /// if buckets are switched off.
    Explicit(Vec<Bucket>),
    /// Between the powers of 2<sup>2<sup>-scale</sup></sup>.
    Exponential {
        /// The greater, the finer.
        scale: i8,
        /// How many were as good as zero.
        zero_count: u64,
        /// The positive ones, by the index of their bucket.
        positive: BTreeMap<i32, u64>,
        /// The negative ones, by the index of their bucket.
        negative: BTreeMap<i32, u64>,
    },
}

/// The values of one range.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Bucket {
    /// The greatest value it takes; what is at most the upper bound of the bucket before is not in
    /// it.
    pub upper: f64,
    /// How many values are in this bucket alone.
    pub count: u64,
}

impl Histogram {
    /// How many values were at most `bound`; `None` if that is no bound of these buckets.
    pub fn at_most(&self, bound: f64) -> Option<u64> {
        let (position, _) = self.find(bound)?;
        Some(self.explicit()[..=position].iter().map(|bucket| bucket.count).sum())
    }

    /// How many values are in the bucket whose upper bound is `bound`; `None` if there is no such
    /// bucket.
    pub fn bucket(&self, bound: f64) -> Option<u64> {
        self.find(bound).map(|(_, bucket)| bucket.count)
    }

    fn find(&self, bound: f64) -> Option<(usize, &Bucket)> {
        let mut buckets = self.explicit().iter().enumerate();
        buckets.find(|(_, bucket)| bucket.upper.total_cmp(&bound).is_eq())
    }

    /// The buckets between given bounds, if they are of that kind.
    pub(crate) fn explicit(&self) -> &[Bucket] {
        match &self.buckets {
            Buckets::Explicit(buckets) => buckets,
            Buckets::Exponential { .. } => &[],
        }
    }
}

/// `count 3, sum 0.7, ≤0.5: 2, ≤inf: 1`: buckets without a value are left out.
impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "count {}, sum {}{}", self.count, self.sum, self.buckets)
    }
}

impl fmt::Display for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit(buckets) => {
                let mut filled = buckets.iter().filter(|bucket| bucket.count > 0);
                filled.try_for_each(|bucket| write!(f, ", ≤{}: {}", bucket.upper, bucket.count))
            }
            Self::Exponential { scale, zero_count, positive, negative } => {
                write!(f, ", scale {scale}")?;
                let sides = [("-", negative), ("+", positive)];
                let filled = sides.iter().flat_map(|(sign, side)| {
                    let filled = side.iter().filter(|(_, count)| **count > 0);
                    filled.map(move |(index, count)| (sign, index, count))
                });
                if *zero_count > 0 {
                    write!(f, ", zero: {zero_count}")?;
                }
                filled
                    .into_iter()
                    .try_for_each(|(sign, index, count)| write!(f, ", {sign}[{index}]: {count}"))
            }
        }
    }
}
