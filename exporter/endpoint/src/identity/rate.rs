//! How many requests are let in.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// One request in each interval, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) interval: Duration,
    pub(super) burst: u32,
}

/// Requests that were let in, which leak away at the rate.
#[derive(Debug, Default)]
pub(super) struct Bucket(Mutex<Option<Instant>>);

impl Bucket {
    /// Whether one more may come `now`, at this rate.
    pub(super) fn lets_in(&self, rate: Rate, now: Instant) -> bool {
        let mut empty_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = empty_at.map_or(now, |empty_at| empty_at.max(now));
        let Some(then) = since.checked_add(rate.interval) else { return false };
        let room = rate.interval.checked_mul(rate.burst).unwrap_or(Duration::MAX);
        let is_let_in = then.duration_since(now) <= room;
        if is_let_in {
            *empty_at = Some(then);
        }
        is_let_in
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_in_and_then_one_each_interval() {
        let (bucket, start) = (Bucket::default(), Instant::now());
        let rate = Rate { interval: Duration::from_secs(1), burst: 3 };
        let lets_in = |millis| bucket.lets_in(rate, start + Duration::from_millis(millis));
        assert_eq!([lets_in(0), lets_in(0), lets_in(0), lets_in(0)], [true, true, true, false]);
        assert_eq!([lets_in(999), lets_in(1000), lets_in(1001)], [false, true, false]);
        assert_eq!([lets_in(60_000); 1], [true]);
        assert_eq!([lets_in(60_000), lets_in(60_000), lets_in(60_000)], [true, true, false]);
    }
}
