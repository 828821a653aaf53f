//! One line of a metric.

use std::fmt;

use crate::{attributes::Attributes, histogram::Histogram, number::Number};

/// One series: the reading of a metric with one set of attributes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// The attributes that identify the series.
    pub attributes: Attributes,
    /// The number or the histogram that was recorded.
    pub reading: Reading,
}

/// The number or the histogram of a series.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Of a counter, an up-down counter or a gauge.
    Number(Number),
    /// Of a histogram.
    Histogram(Histogram),
}

impl Reading {
    /// The number, unless it is a histogram.
    pub fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Histogram(_) => None,
        }
    }

    /// The histogram, unless it is a number.
    pub fn histogram(&self) -> Option<&Histogram> {
        match self {
            Self::Number(_) => None,
            Self::Histogram(histogram) => Some(histogram),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Histogram(histogram) => histogram.fmt(f),
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.attributes, self.reading)
    }
}
