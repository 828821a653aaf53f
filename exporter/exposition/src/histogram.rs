//! Classic histograms.

use crate::{Exemplar, Number};

/// Observations in buckets whose bounds somebody chose: a classic histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Histogram<'a> {
    /// The inclusive upper bounds: finite, strictly ascending, without `+Inf`.
    pub bounds: &'a [f64],
    /// The observations in each bucket alone, the last one being for all above the last bound.
    ///
    /// There is always one more count than there are bounds.
    pub counts: &'a [u64],
    /// The sum of all observations, or `None` when it is not known.
    pub sum: Option<Number>,
    /// Whether the sum may fall, since something below zero is observed.
    ///
    /// Then it is no counter: Prometheus's text and OpenMetrics 1, which have it as one, leave it out.
    pub can_fall: bool,
    /// The latest exemplar of each bucket, in the order of `counts`; empty when there are none.
    pub exemplars: &'a [Option<Exemplar<'a>>],
}

impl Histogram<'_> {
    /// The number of observations, or `None` when it does not fit in 64 bits.
    pub fn count(&self) -> Option<u64> {
        self.counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count))
    }

    /// Whether the bounds are finite and strictly ascending and there is one count more than bounds.
    pub fn is_well_formed(&self) -> bool {
        self.counts.len() == self.bounds.len() + 1 && are_bounds(self.bounds)
    }
}

/// Whether these bounds are finite and strictly ascending.
pub(crate) fn are_bounds(bounds: &[f64]) -> bool {
    bounds.iter().all(|bound| bound.is_finite()) && bounds.is_sorted_by(|a, b| a < b)
}
