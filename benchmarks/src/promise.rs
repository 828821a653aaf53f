//! A bound that kymo keeps, checked against the figures of this run.

use std::fmt;

/// One promise and the figure it was measured at.
pub struct Promise {
    what: String,
    measured: f64,
    bound: Bound,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Promise {
    pub fn at_most(limit: f64, what: impl Into<String>, measured: f64) -> Self {
        Self { what: what.into(), measured, bound: Bound::AtMost(limit) }
    }

    pub fn at_least(limit: f64, what: impl Into<String>, measured: f64) -> Self {
        Self { what: what.into(), measured, bound: Bound::AtLeast(limit) }
    }

    /// Judged as printed, to a hundredth; false also when the figure is no number.
    pub fn is_kept(&self) -> bool {
        let measured = (self.measured * 100.0).round() / 100.0;
        match self.bound {
            Bound::AtMost(limit) => measured <= limit,
            Bound::AtLeast(limit) => measured >= limit,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_kept() { "kept" } else { "BROKEN" };
        let (relation, limit) = match self.bound {
            Bound::AtMost(limit) => ("at most", limit),
            Bound::AtLeast(limit) => ("at least", limit),
        };
        write!(f, "{verdict}: {}: {:.2}, promised {relation} {limit}", self.what, self.measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_past_its_bound_breaks_the_promise() {
        assert!(Promise::at_most(3.0, "", 3.0).is_kept());
        assert!(Promise::at_most(3.0, "", 3.001).is_kept());
        assert!(!Promise::at_most(3.0, "", 3.01).is_kept());
        assert!(Promise::at_least(4.0, "", 4.0).is_kept());
        assert!(!Promise::at_least(4.0, "", 3.99).is_kept());
    }

    #[test]
    fn no_number_keeps_no_promise() {
        assert!(!Promise::at_most(3.0, "", f64::NAN).is_kept());
        assert!(!Promise::at_least(4.0, "", f64::NAN).is_kept());
    }
}
