//! A series that waits for others with the same labels.

use std::{borrow::Cow, cmp::Ordering, mem, time::SystemTime};

use kymo_exposition::{Histogram, Label, NativeHistogram, Number, Series, Value};

use crate::{
    classic::Classics,
    exemplar::{Shown, by_bucket},
    label::OwnedLabel,
    loss::Cause,
    owned_native::OwnedNative,
    rank::Rank,
    unit,
};

/// A series that is held until all series of its family are known.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) key: Box<[u8]>,
    pub(crate) rank: Rank,
    pub(crate) labels: Vec<OwnedLabel>,
    /// The meaning of its unit, however that is spelt.
    unit: Cow<'static, str>,
    start_time: Option<SystemTime>,
    value: Content,
    exemplars: Shown,
}

/// The value of a series, by the way in which two become one.
#[derive(Debug)]
enum Content {
    /// Two are added.
    Sum(Number),
    /// One of two is kept.
    Reading(Number),
    /// Two are added, in the buckets that both have.
    Histogram { bounds: Vec<f64>, counts: Vec<u64>, sum: Option<Number>, can_fall: bool },
    /// Two are added, in the buckets of the coarser one.
    Native(OwnedNative),
}

impl Held {
    /// A copy of the series, or `None` when nobody holds such values.
    ///
    /// `is_reading` says that its number is the latest of some, and no sum.
    pub(crate) fn copy(
        key: &[u8],
        rank: Rank,
        unit: &str,
        series: &Series<'_>,
        is_reading: bool,
    ) -> Option<Self> {
        let value = match &series.value {
            Value::Number(number, _) if is_reading => Content::Reading(*number),
            Value::Number(number, _) => Content::Sum(*number),
            Value::Histogram(it) => Content::Histogram {
                bounds: it.bounds.into(),
                counts: it.counts.into(),
                sum: it.sum,
                can_fall: it.can_fall,
            },
            Value::NativeHistogram(it) => Content::Native(OwnedNative::copy(it)),
            _ => return None,
        };
        let exemplars = match &series.value {
            Value::Number(_, exemplar) => Shown::copy(exemplar),
            Value::Histogram(it) => Shown::copy(it.exemplars.iter().flatten()),
            Value::NativeHistogram(it) => Shown::copy(it.exemplars),
            _ => Shown::default(),
        };
        let labels = series.labels.iter().copied().map(OwnedLabel::from).collect();
        let (unit, start_time) = (unit::meaning(unit), series.start_time);
        Some(Held { key: key.into(), rank, labels, unit, start_time, value, exemplars })
    }

    /// Takes in a series with the same labels that comes later, and says what that costs, if it
    /// costs anything.
    pub(crate) fn take_in(&mut self, mut later: Self) -> Option<Cause> {
        self.value.become_like(&mut later.value);
        let cost = match (&mut self.value, later.value) {
            _ if self.unit != later.unit => return Some(Cause::DuplicateSeries),
            (Content::Sum(sum), Content::Sum(other)) => {
                *sum = plus(*sum, other);
                None
            }
            (
                Content::Histogram { bounds, counts, sum, can_fall },
                Content::Histogram { bounds: others, counts: more, sum: other, can_fall: falls },
            ) => {
                *can_fall |= falls;
                *sum = sum.zip(other).map(|(sum, other)| plus(sum, other));
                let is_alike = *bounds == others;
                let total = total(counts).saturating_add(total(&more));
                let common = common(&ends(bounds, counts), &ends(&others, &more));
                *bounds = common.iter().map(|(bound, _)| *bound).collect();
                *counts = apart(common.iter().map(|(_, below)| *below).chain([total]));
                (!is_alike).then_some(Cause::UnlikeBuckets)
            }
            (Content::Native(native), Content::Native(other)) => {
                let sum = plus(native.borrowed().sum, other.borrowed().sum);
                native.add(&other, sum);
                None
            }
            _ => return Some(Cause::DuplicateSeries),
        };
        self.exemplars.take_in(later.exemplars);
        self.start_time = self.start_time.min(later.start_time);
        // An empty label says no more than none.
        if later.labels.len() < self.labels.len() {
            self.labels = later.labels;
        }
        cost
    }

    /// Gives out the series.
    pub(crate) fn give(&self, take: impl FnOnce(&Series<'_>)) {
        let labels: Vec<Label<'_>> = self.labels.iter().map(OwnedLabel::borrowed).collect();
        let mut classics = Classics::default();
        let exemplar_labels = self.exemplars.labels();
        let exemplars = &self.exemplars.all(&exemplar_labels);
        let buckets;
        let value = match &self.value {
            Content::Sum(number) | Content::Reading(number) => {
                Value::Number(*number, exemplars.last().copied())
            }
            Content::Histogram { bounds, counts, sum, can_fall } => {
                buckets = by_bucket(exemplars, bounds);
                let (sum, can_fall) = (*sum, *can_fall);
                Value::Histogram(Histogram { bounds, counts, sum, can_fall, exemplars: &buckets })
            }
            Content::Native(native) => {
                let native = native.borrowed();
                let mut classic = classics.of(&native);
                buckets = by_bucket(exemplars, classic.bounds);
                classic.exemplars = &buckets;
                let classic = Some(classic);
                Value::NativeHistogram(NativeHistogram { exemplars, classic, ..native })
            }
        };
        take(&Series { labels: &labels, start_time: self.start_time, timestamp: None, value });
    }
}

impl Content {
    /// Makes both classic if one of two histograms is, since the other has a form without it.
    fn become_like(&mut self, other: &mut Self) {
        match (&*self, &*other) {
            (Content::Native(native), Content::Histogram { .. }) => *self = classic(native),
            (Content::Histogram { .. }, Content::Native(native)) => *other = classic(native),
            _ => {}
        }
    }
}

/// The classic form of a native histogram.
fn classic(native: &OwnedNative) -> Content {
    let mut classics = Classics::default();
    let native = native.borrowed();
    let Histogram { bounds, counts, sum, can_fall, .. } = classics.of(&native);
    Content::Histogram { bounds: bounds.into(), counts: counts.into(), sum, can_fall }
}

/// Both together: exactly while that is an integer of 64 bits, else the nearest float.
fn plus(a: Number, b: Number) -> Number {
    let exact = |number| match number {
        Number::U64(number) => Some(i128::from(number)),
        Number::I64(number) => Some(i128::from(number)),
        Number::F64(_) => None,
    };
    let sum = exact(a).zip(exact(b)).map(|(a, b)| a + b);
    let unsigned = sum.and_then(|sum| u64::try_from(sum).ok()).map(Number::U64);
    let signed = || sum.and_then(|sum| i64::try_from(sum).ok()).map(Number::I64);
    unsigned.or_else(signed).unwrap_or(Number::F64(a.as_f64() + b.as_f64()))
}

/// All observations, at most as many as fit in 64 bits.
fn total(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

/// Each bound, with the observations below it.
fn ends(bounds: &[f64], counts: &[u64]) -> Vec<(f64, u64)> {
    let mut below = 0_u64;
    let end = |(bound, count): (&f64, &u64)| {
        below = below.saturating_add(*count);
        (*bound, below)
    };
    bounds.iter().zip(counts).map(end).collect()
}

/// The bounds that both have, with the observations of both below each.
fn common(mine: &[(f64, u64)], theirs: &[(f64, u64)]) -> Vec<(f64, u64)> {
    let both = |(bound, below): &(f64, u64)| {
        let is_equal = |other: &&(f64, u64)| other.0.partial_cmp(bound) == Some(Ordering::Equal);
        Some((*bound, below.saturating_add(theirs.iter().find(is_equal)?.1)))
    };
    mine.iter().filter_map(both).collect()
}

/// The observations in each bucket alone, of those below its end.
fn apart(ends: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut before = 0;
    ends.map(|end| end.saturating_sub(mem::replace(&mut before, end))).collect()
}
