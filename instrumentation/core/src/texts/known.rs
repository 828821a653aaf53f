//! The texts whose reading is known.

use std::{
    fmt,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// From the hash of a text to the position of its reading, for as long as the text is used.
///
/// A hash has a place among [`WAYS`]. Each remembers whether its text was sent since others asked for room: of those
/// that were not, one makes room, and one that is sent once is the first to go. Nobody waits for anybody: what two
/// threads write at once is one or the other.
pub(super) struct Known {
    entries: Box<[AtomicU64]>,
    /// Where the next one looks for room first.
    turn: AtomicUsize,
}

/// An entry: as much of the hash as does not tell its place, how often it was used lately, and the position, which is
/// not 0.
const USE: u64 = 1 << 16;
const USES: u64 = 3 * USE;
const TAG: u64 = !0 << 18;

const SETS: usize = 1024;
const WAYS: usize = 16;

impl Known {
    pub(super) fn new() -> Self {
        let entries = (0..SETS * WAYS).map(|_| AtomicU64::new(0)).collect();
        Self { entries, turn: AtomicUsize::new(0) }
    }

    /// The position that the hash has, if any.
    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<u16> {
        for entry in self.set(hash) {
            let known = entry.load(Ordering::Relaxed);
            if known == 0 {
                return None;
            }
            if (known ^ hash) & TAG == 0 {
                // Only a few times, so that threads do not write where others read.
                if known & USES != USES {
                    entry.store(known + USE, Ordering::Relaxed);
                }
                return Some(position_of(known));
            }
        }
        None
    }

    /// Notes the position of a hash that has none, unless all others in its place are in use.
    pub(super) fn put(&self, hash: u64, position: u16) {
        let set = self.set(hash);
        // Each looks elsewhere first, so that those that come one after another do not take one place in turns.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let (before, after) = set.split_at(turn % WAYS);
        let is_empty = |entry: &&AtomicU64| entry.load(Ordering::Relaxed) == 0;
        let entry = set
            .iter()
            .find(is_empty)
            .or_else(|| after.iter().chain(before).find(|entry| pass_over(entry)));
        if let Some(entry) = entry {
            entry.store((hash & TAG) | u64::from(position), Ordering::Relaxed);
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
    fn set(&self, hash: u64) -> &[AtomicU64] {
        let first = (hash as usize % SETS) * WAYS;
        &self.entries[first..first + WAYS]
    }
}

/// Whether an entry is not in use; one that is passed over has been used less.
fn pass_over(entry: &AtomicU64) -> bool {
    let known = entry.load(Ordering::Relaxed);
    let is_used = known & USES != 0;
    if is_used {
        entry.store(known - USE, Ordering::Relaxed);
    }
    !is_used
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the position is what is left")]
fn position_of(known: u64) -> u16 {
    known as u16
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use foldhash::quality::RandomState;

    use super::*;

    /// The hashes of so many texts.
    fn hashes(texts: u64) -> Vec<u64> {
        let hasher = RandomState::default();
        (0..texts).map(|text| hasher.hash_one(text)).collect()
    }

    #[test]
    fn what_is_put_in_is_found_and_nothing_else() {
        let known = Known::new();
        let hashes = hashes(4000);
        let (put, others) = hashes.split_at(2000);
        for (position, hash) in (1..).zip(put) {
            known.put(*hash, position);
        }
        for (position, hash) in (1..).zip(put) {
            assert_eq!(known.find(*hash), Some(position));
        }
        assert!(others.iter().all(|hash| known.find(*hash).is_none()));
    }

    #[test]
    fn what_is_used_stays_while_others_come_once_and_goes_when_it_is_not_used_any_more() {
        let known = Known::new();
        let hashes = hashes(300_000);
        let (used, once) = hashes.split_at(2000);
        for hash in used {
            known.put(*hash, 7);
            assert!((0..3).all(|_| known.find(*hash) == Some(7)));
        }
        let is_known = || used.iter().filter(|hash| known.find(**hash).is_some()).count();
        for some in once.chunks(4000) {
            for hash in some {
                known.put(*hash, 8);
            }
            // Which of them share a place is random; some ten of them are lost each time.
            assert!(is_known() > 1950, "{}", is_known());
            used.iter()
                .filter(|hash| known.find(**hash).is_none())
                .for_each(|hash| known.put(*hash, 7));
        }
        // Others that are used in their place.
        let later = &once[200_000..216_000];
        for _ in 0..20 {
            for hash in later {
                if known.find(*hash).is_none() {
                    known.put(*hash, 9);
                }
            }
        }
        let found = later.iter().filter(|hash| known.find(**hash).is_some()).count();
        assert!(found > 13_000, "{found}");
    }
}
