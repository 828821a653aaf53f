//! A bound that kymo keeps, checked against the figures of this run.

use std::fmt;

/// One promise and the figure it was measured at.
pub struct Promise {
    what: &'static str,
    measured: f64,
    bound: Bound,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Promise {
    pub fn at_most(limit: f64, what: &'static str, measured: f64) -> Self {
        Self { what, measured, bound: Bound::AtMost(limit) }
    }

    pub fn at_least(limit: f64, what: &'static str, measured: f64) -> Self {
        Self { what, measured, bound: Bound::AtLeast(limit) }
    }

    /// False also when the figure is no number.
    pub fn is_kept(&self) -> bool {
        match self.bound {
            Bound::AtMost(limit) => self.measured <= limit,
            Bound::AtLeast(limit) => self.measured >= limit,
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
        write!(f, "{verdict}: {}: {:.1}, promised {relation} {limit}", self.what, self.measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_past_its_bound_breaks_the_promise() {
        assert!(Promise::at_most(3.0, "", 3.0).is_kept());
        assert!(!Promise::at_most(3.0, "", 3.1).is_kept());
        assert!(Promise::at_least(4.0, "", 4.0).is_kept());
        assert!(!Promise::at_least(4.0, "", 3.9).is_kept());
    }

    #[test]
    fn no_number_keeps_no_promise() {
        assert!(!Promise::at_most(3.0, "", f64::NAN).is_kept());
        assert!(!Promise::at_least(4.0, "", f64::NAN).is_kept());
    }
}
