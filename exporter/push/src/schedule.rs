//! The times of a push.

use std::time::Duration;

/// When a push collects and exports.
///
/// ```
/// use std::time::Duration;
///
/// use kymo_push::Schedule;
///
/// // Every fifteen seconds, of which an export may take five.
/// let often = Schedule::new().interval(Duration::from_secs(15)).timeout(Duration::from_secs(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
}

impl Schedule {
    /// Every minute, of which collection and export may take thirty seconds, as the metrics SDK's
    /// specification has it.
    pub const fn new() -> Self {
        Self { interval: Duration::from_secs(60), timeout: Duration::from_secs(30) }
    }

    /// The time from the start of one export to the start of the next; an interval of zero leaves
    /// it as it is.
    pub const fn interval(mut self, interval: Duration) -> Self {
        if !interval.is_zero() {
            self.interval = interval;
        }
        self
    }

    /// How long one collection and its export may take together; no longer than the interval in
    /// any case. A time-out of zero leaves it as it is.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        if !timeout.is_zero() {
            self.timeout = timeout;
        }
        self
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::new()
    }
}
