//! Keeps collections to a share of the time.

use std::time::{Duration, Instant};

/// A collection takes this many times its length of what there is for all of them: those who ask in a loop
/// have a tenth of a core.
const SHARES: u32 = 10;
/// How much of it is there at once: nobody who asks now and then waits.
const SAVED: Duration = Duration::from_secs(1);
/// The longest pause: a scraper that waits for a second has its page.
const LONGEST: Duration = Duration::from_millis(250);

/// Keeps collections to a share of the time, except for one now and then.
#[derive(Debug, Default)]
pub(crate) struct Share {
    /// When nothing is owed for a collection.
    paid_at: Option<Instant>,
}

impl Share {
    /// A collection took from `begun` to `now`.
    pub(crate) fn spend(&mut self, begun: Instant, now: Instant) {
        let earliest = now.checked_sub(SAVED).unwrap_or(now);
        let from = self.paid_at.map_or(earliest, |at| at.max(earliest));
        let price = now.saturating_duration_since(begun).saturating_mul(SHARES);
        self.paid_at = Some((from + price.min(SAVED + LONGEST)).min(now + LONGEST));
    }

    /// When the next one may begin, if not at `now`.
    pub(crate) fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.paid_at.filter(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// How many collections of `each` fit into a time that somebody who asks in a loop uses whole.
    fn in_a_loop(each: Duration, time: Duration) -> u32 {
        let (mut share, begun, mut count) = (Share::default(), Instant::now(), 0);
        let mut now = begun;
        while now < begun + time {
            now = share.opens_at(now).unwrap_or(now);
            share.spend(now, now + each);
            now += each;
            count += 1;
        }
        count
    }

    #[test]
    fn a_loop_has_a_tenth_of_the_time_after_its_first_moments() {
        let count = in_a_loop(MILLI, Duration::from_secs(100));
        assert!((10_000..=10_120).contains(&count), "{count}");
    }

    #[test]
    fn however_long_collections_take_the_pause_between_them_is_a_quarter_of_a_second() {
        let (mut share, mut now) = (Share::default(), Instant::now());
        for _ in 0..10 {
            share.spend(now, now + Duration::from_secs(3600));
            now += Duration::from_secs(3600);
            assert_eq!(share.opens_at(now), Some(now + LONGEST));
        }
    }

    #[test]
    fn who_asks_now_and_then_never_waits() {
        let mut share = Share::default();
        let mut now = Instant::now();
        for _ in 0..100 {
            assert_eq!(share.opens_at(now), None);
            share.spend(now, now + 100 * MILLI);
            now += Duration::from_secs(1) + 100 * MILLI;
        }
    }
}
