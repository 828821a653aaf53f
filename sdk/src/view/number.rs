//! The numbers that an instrument can observe.

/// A number that an instrument observes, of which several become one.
pub(super) trait Number: Copy + Send + Sync + 'static {
    /// Both together; the greatest number there is, rather than one that wraps round.
    fn plus(self, other: Self) -> Self;

    /// The nearest float.
    fn as_f64(self) -> f64;

    /// The nearest integer.
    fn as_i64(self) -> i64;

    /// Whether it is finite: the SDK leaves out what is not.
    fn is_finite(self) -> bool {
        true
    }
}

impl Number for u64 {
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    fn as_f64(self) -> f64 {
        self as f64
    }

    fn as_i64(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
}

impl Number for i64 {
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    fn as_f64(self) -> f64 {
        self as f64
    }

    fn as_i64(self) -> i64 {
        self
    }
}

impl Number for f64 {
    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn as_f64(self) -> f64 {
        self
    }

    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    fn as_i64(self) -> i64 {
        self.round() as i64
    }

    fn is_finite(self) -> bool {
        self.is_finite()
    }
}
