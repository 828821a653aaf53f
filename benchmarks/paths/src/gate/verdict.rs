//! Whether a path takes more than it did.

use std::fmt;

/// A path may take so many per cent more than the baseline says.
pub const LIMIT: f64 = 5.0;

/// The instructions of a path, by the baseline and now.
pub struct Verdict {
    pub path: &'static str,
    /// Absent where the baseline does not know the path.
    pub before: Option<f64>,
    pub now: f64,
}

impl Verdict {
    /// Whether it takes over [`LIMIT`] more. A path that is new has not risen; what is no number has.
    pub fn has_risen(&self) -> bool {
        self.before.is_some_and(|before| {
            let limit = before * (1.0 + LIMIT / 100.0);
            self.now.is_nan() || limit.is_nan() || self.now > limit
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, before, now } = self;
        match before {
            None => write!(out, "{path}: {now:.1} instructions, which the baseline does not know"),
            Some(before) => {
                let percent = (now / before - 1.0) * 100.0;
                let verdict = if self.has_risen() { "ROSE" } else { "held" };
                write!(
                    out,
                    "{verdict}: {path}: {now:.1} instructions, {percent:+.1} % over {before:.1}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_risen(before: f64, now: f64) -> bool {
        Verdict { path: "", before: Some(before), now }.has_risen()
    }

    #[test]
    fn six_per_cent_more_is_too_much_and_three_are_not() {
        assert!(has_risen(1_000.0, 1_060.0));
        assert!(has_risen(1_000.0, 1_050.1));
        assert!(!has_risen(1_000.0, 1_050.0));
        assert!(!has_risen(1_000.0, 1_030.0));
        assert!(!has_risen(1_000.0, 400.0));
    }

    #[test]
    fn no_number_is_too_much() {
        assert!(has_risen(1_000.0, f64::NAN));
        assert!(has_risen(f64::NAN, 1_000.0));
    }
}
