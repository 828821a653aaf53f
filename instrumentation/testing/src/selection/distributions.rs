//! Assertions on histograms.

use super::Selection;
use crate::{histogram::Histogram, number::Number};

/// The readings of histograms.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Distributions;

impl Selection<'_, Distributions> {
    /// There were `count` values.
    ///
    /// # Panics
    ///
    /// When there were more, or fewer, and when there is no such series: what nothing was recorded
    /// of is not 0 but absent.
    #[track_caller]
    pub fn assert_count(&self, count: u64) {
        let is = self.count();
        if is != count {
            self.fail(&format!("has {is} values, not {count}"));
        }
    }

    /// The values add up to `sum`: integers exactly, floats to one part in a billion.
    ///
    /// # Panics
    ///
    /// When they do not, and when there is no such series.
    #[track_caller]
    pub fn assert_sum(&self, sum: impl Into<Number>) {
        let (is, wanted) = (self.sum(), sum.into());
        if !is.agrees(wanted) {
            self.fail(&format!("has the sum {is}, not {wanted}"));
        }
    }

    /// The values add up to `sum`, or to what is at most `tolerance` away from it.
    ///
    /// # Panics
    ///
    /// When they do not, and when there is no such series.
    #[track_caller]
    pub fn assert_sum_near(&self, sum: f64, tolerance: f64) {
        let is = self.sum();
        if !is.is_near(sum, tolerance) {
            self.fail(&format!("has the sum {is}, not within {tolerance} of {sum}"));
        }
    }

    /// There were `count` values in the bucket whose upper bound is `bound`; that of the last is
    /// `f64::INFINITY`.
    ///
    /// # Panics
    ///
    /// When there were more, or fewer; when `bound` is no bound; when there is no such series.
    #[track_caller]
    pub fn assert_bucket(&self, bound: f64, count: u64) {
        let is = self.between(bound, Histogram::bucket);
        if is != count {
            self.fail(&format!("has {is} values in the bucket up to {bound}, not {count}"));
        }
    }

    /// There were `count` values of at most `bound`, which is the upper bound of a bucket.
    ///
    /// # Panics
    ///
    /// When there were more, or fewer; when `bound` is no bound; when there is no such series.
    #[track_caller]
    pub fn assert_at_most(&self, bound: f64, count: u64) {
        let is = self.between(bound, Histogram::at_most);
        if is != count {
            self.fail(&format!("has {is} values of at most {bound}, not {count}"));
        }
    }

    /// How many values these series have; `None` without any such series.
    pub fn try_count(&self) -> Option<u64> {
        let series = self.series();
        let histograms = || series.iter().filter_map(|series| series.reading.histogram());
        (!series.is_empty()).then(|| histograms().map(|histogram| histogram.count).sum())
    }

    /// How many values these series have: for assertions of your own.
    ///
    /// # Panics
    ///
    /// When there is no such series.
    #[track_caller]
    pub fn count(&self) -> u64 {
        self.histograms().iter().map(|histogram| histogram.count).sum()
    }

    /// The sum of the values of these series: for assertions of your own.
    ///
    /// # Panics
    ///
    /// When there is no such series.
    #[track_caller]
    pub fn sum(&self) -> Number {
        self.histograms().iter().map(|histogram| histogram.sum).sum()
    }

    #[track_caller]
    fn between(&self, bound: f64, read: fn(&Histogram, f64) -> Option<u64>) -> u64 {
        let mut sum = 0;
        for histogram in self.histograms() {
            match read(histogram, bound) {
                Some(count) => sum += count,
                None => self.fail(&format!("has no bucket up to {bound}{}", others(histogram))),
            }
        }
        sum
    }

    #[track_caller]
    fn histograms(&self) -> Vec<&Histogram> {
        self.some_series().iter().filter_map(|series| series.reading.histogram()).collect()
    }
}

fn others(histogram: &Histogram) -> String {
    match histogram.explicit() {
        [] => String::from(": its buckets have no bounds of their own"),
        buckets => {
            let bounds: Vec<_> = buckets.iter().map(|bucket| bucket.upper.to_string()).collect();
            format!(", only up to {}", bounds.join(", "))
        }
    }
}
