//! Assertions on counters, up-down counters and gauges.

use super::Selection;
use crate::{metric::Kind, number::Number};

/// The readings of counters, up-down counters and gauges.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Numbers;

impl Selection<'_, Numbers> {
    /// It is `value`: integers exactly, floats to one part in a billion.
    ///
    /// # Panics
    ///
    /// When it is another, and when there is no such series: what nothing was recorded of is not 0
    /// but absent.
    #[track_caller]
    pub fn assert(&self, value: impl Into<Number>) {
        let (is, wanted) = (self.value(), value.into());
        if !is.agrees(wanted) {
            self.fail(&format!("is {is}, not {wanted}"));
        }
    }

    /// It is `value`, or at most `tolerance` away from it.
    ///
    /// # Panics
    ///
    /// When it is not, and when there is no such series.
    #[track_caller]
    pub fn assert_near(&self, value: f64, tolerance: f64) {
        let is = self.value();
        if !is.is_near(value, tolerance) {
            self.fail(&format!("is {is}, not within {tolerance} of {value}"));
        }
    }

    /// The sum of these series, or the reading of a gauge; `None` without any such series, and with
    /// more than one of a gauge.
    pub fn try_value(&self) -> Option<Number> {
        let series = self.series();
        let is_one_value = series.len() == 1 || self.kinds != [Kind::Gauge] && !series.is_empty();
        is_one_value.then(|| series.iter().filter_map(|series| series.reading.number()).sum())
    }

    /// The sum of these series, or the reading of a gauge: for assertions of your own.
    ///
    /// # Panics
    ///
    /// When there is no such series, and when there is more than one of a gauge.
    #[track_caller]
    pub fn value(&self) -> Number {
        let series = self.some_series();
        if self.kinds == [Kind::Gauge] && series.len() > 1 {
            self.fail(&format!("has {} such series, and readings do not add up", series.len()));
        }
        series.iter().filter_map(|series| series.reading.number()).sum()
    }
}
