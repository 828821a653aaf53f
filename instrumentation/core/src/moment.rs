//! A point in time, by whichever clock.

use std::time::{Duration, Instant};

/// A reading of the clock that an [`Attempt`](crate::Attempt) is timed with.
pub trait Moment: Copy {
    /// Whether it tells the time.
    const IS_TIMED: bool;

    /// The time that the clock shows now.
    fn now() -> Self;

    /// How long after `earlier` it is; nothing if it is not.
    fn since(self, earlier: Self) -> Duration;

    /// The time that it tells, if it tells any.
    fn instant(self) -> Option<Instant>;
}

impl Moment for Instant {
    const IS_TIMED: bool = true;

    fn now() -> Self {
        Self::now()
    }

    fn since(self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }

    #[inline]
    fn instant(self) -> Option<Instant> {
        Some(self)
    }
}

/// No clock: an attempt that is counted, and not timed, takes no time.
impl Moment for () {
    const IS_TIMED: bool = false;

    fn now() -> Self {}

    fn since(self, (): Self) -> Duration {
        Duration::ZERO
    }

    fn instant(self) -> Option<Instant> {
        None
    }
}
