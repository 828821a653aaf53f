//! Values of series, and their numbers.

use crate::{Exemplar, Histogram, NativeHistogram, Summary};

/// The current value of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A single number, with the exemplar that goes with it if there is one.
    Number(Number, Option<Exemplar<'a>>),
    /// Observations in buckets whose bounds somebody chose.
    Histogram(Histogram<'a>),
    /// Observations in buckets whose bounds grow exponentially.
    NativeHistogram(NativeHistogram<'a>),
    /// Observations as quantiles.
    Summary(Summary<'a>),
}

/// A number that is still as exact as when it was measured.
///
/// Integers stay integers: above 2^53 an `f64` would round them, and a counter of bytes gets there.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Number {
    /// A count.
    U64(u64),
    /// A signed count.
    I64(i64),
    /// Anything else, NaN and the infinities included.
    F64(f64),
}

impl Number {
    /// The nearest `f64`; integers above 2^53 are rounded.
    pub const fn as_f64(self) -> f64 {
        match self {
            Number::U64(number) => number as f64,
            Number::I64(number) => number as f64,
            Number::F64(number) => number,
        }
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Number::U64(number)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Number::I64(number)
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Number::F64(number)
    }
}
