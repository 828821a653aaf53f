//! A recorded number, whatever its type.

use std::fmt;

/// A recorded number: exact if the instrument records integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Of an instrument for `u64` or `i64`.
    Integer(i128),
    /// Of an instrument for `f64`.
    Float(f64),
}

/// How far apart two floats may be that count as the same, in relation to the greater one: sums of
/// floats depend on the order of their terms.
const TOLERANCE: f64 = 1e-9;

impl Number {
    /// The nearest `f64`.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }

    /// Whether both are the same number: integers exactly, others to one part in a billion. NaN
    /// agrees with NaN.
    pub fn agrees(self, other: impl Into<Self>) -> bool {
        match (self, other.into()) {
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (one, other) => {
                let (one, other) = (one.as_f64(), other.as_f64());
                let tolerance = TOLERANCE * one.abs().max(other.abs());
                one.total_cmp(&other).is_eq()
                    || one.is_nan() && other.is_nan()
                    || tolerance.is_finite() && (one - other).abs() <= tolerance
            }
        }
    }

    /// Whether it is at most `tolerance` away from `value`; NaN is near nothing.
    pub fn is_near(self, value: f64, tolerance: f64) -> bool {
        (self.as_f64() - value).abs() <= tolerance
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Self::Integer(one + other),
            (one, other) => Self::Float(one.as_f64() + other.as_f64()),
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Self::Integer(one - other),
            (one, other) => Self::Float(one.as_f64() - other.as_f64()),
        }
    }
}

/// The sum of none is the integer 0.
impl std::iter::Sum for Number {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::Integer(0), Self::plus)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}

impl From<i32> for Number {
    fn from(integer: i32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<u32> for Number {
    fn from(integer: u32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<usize> for Number {
    fn from(integer: usize) -> Self {
        // No machine has a `usize` beyond `i128`.
        i128::try_from(integer).map_or(Self::Float(f64::INFINITY), Self::Integer)
    }
}

impl From<f64> for Number {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_agree_exactly_and_floats_to_one_part_in_a_billion() {
        assert!(Number::from(u64::MAX).agrees(u64::MAX));
        assert!(!Number::from(u64::MAX).agrees(u64::MAX - 1));
        assert!(Number::from(0.1 + 0.2).agrees(0.3));
        assert!(Number::from(9.0).agrees(9));
        assert!(!Number::from(9.000_001).agrees(9));
        assert!(!Number::from(0.0).agrees(f64::MIN_POSITIVE));
        assert!(Number::from(f64::NAN).agrees(f64::NAN));
        assert!(!Number::from(f64::NAN).agrees(0));
        assert!(Number::from(f64::INFINITY).agrees(f64::INFINITY));
        assert!(!Number::from(f64::INFINITY).agrees(1.0));
        assert!(Number::from(-0.0).agrees(0.0));
    }
}
