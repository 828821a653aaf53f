//! How often the source is read, and for how long.

use std::time::Duration;

/// How often the source is read, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// From one reading to the next.
    pub(crate) every: Duration,
    /// From the last look to the end of the readings. Browsers let a page that nobody sees ask once a minute.
    pub(crate) linger: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { every: Duration::from_secs(2), linger: Duration::from_secs(90) }
    }
}

/// Readings whose numbers are kept: five minutes of them.
pub(crate) const POINTS: usize = 150;
/// Readings over which rates, shares and quantiles are computed.
pub(crate) const WINDOW: usize = 5;
