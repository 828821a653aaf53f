//! Summaries.

use crate::Number;

/// Observations as quantiles that their maker has already computed.
///
/// Summaries cannot be added up over processes. They exist to pass on what another library made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary<'a> {
    /// The quantiles, strictly ascending.
    pub quantiles: &'a [Quantile],
    /// The sum of all observations, or `None` when it is not known.
    pub sum: Option<Number>,
    /// The number of observations.
    pub count: u64,
}

/// One quantile of a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Its share of the observations, from 0 (the minimum) to 1 (the maximum).
    pub quantile: f64,
    /// The value that this share of the observations does not exceed.
    pub value: f64,
}

impl Summary<'_> {
    /// Whether all quantiles lie between 0 and 1 and are strictly ascending.
    pub fn is_well_formed(&self) -> bool {
        let quantiles = self.quantiles;
        quantiles.iter().all(|q| (0.0..=1.0).contains(&q.quantile))
            && quantiles.is_sorted_by(|a, b| a.quantile < b.quantile)
    }
}
