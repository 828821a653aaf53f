//! Readings that may become regular.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// Counts how often a reading comes, by its hash, until it is one that comes again and again.
///
/// Where two have one place, each takes away from the count of the other, so that those that come once never become
/// regular.
pub(super) struct Candidates {
    seen: Box<[AtomicU64]>,
}

/// As much of an entry as is the count; the rest is the hash.
const TIMES: u64 = 0xff;
const PLACES: usize = 4096;
/// Seen so often, it is regular.
const REGULAR: u64 = 4;

impl Candidates {
    pub(super) fn new() -> Self {
        Self { seen: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// One more of this hash has come: whether it came often enough.
    pub(super) fn see(&self, hash: u64) -> bool {
        let place = &self.seen[(hash >> 32) as usize % PLACES];
        let seen = place.load(Ordering::Relaxed);
        let (times, tag) = (seen & TIMES, hash & !TIMES);
        let (is_it, next) = match seen & !TIMES == tag {
            true if times > 0 => (true, tag | (times + 1).min(TIMES)),
            _ if times <= 1 => (false, tag | 1),
            _ => (false, seen - 1),
        };
        place.store(next, Ordering::Relaxed);
        is_it && next & TIMES >= REGULAR
    }
}

impl fmt::Debug for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidates").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_comes_again_and_again_is_regular() {
        let candidates = Candidates::new();
        let seen: Vec<_> = (0..6).map(|_| candidates.see(0x1234_5678_9abc_def0)).collect();
        assert_eq!(seen, [false, false, false, true, true, true]);
        assert!((0..1000).all(|_| candidates.see(0x1234_5678_9abc_def0)));
    }

    #[test]
    fn those_that_come_once_never_are_though_they_share_a_place() {
        let candidates = Candidates::new();
        // All of them have the place of the one that stays.
        let once = |n: u64| (n << 44) | 0x100;
        assert!((1..100_000).all(|n| !candidates.see(once(n))));
        let stays = 0x200;
        let regular = (0..1000).filter(|_| candidates.see(stays)).count();
        assert!(regular > 990, "{regular}");
    }
}
