//! Texts that were sent not long ago.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::MAX_TEXT;

/// Keeps what was read of the texts that came last, in shards: in each, a text that was not asked for
/// since it was last passed over makes room for another.
///
/// Bounded in number and in bytes. Whoever asks holds the lock of one shard among many, and allocates
/// nothing.
#[derive(Debug)]
pub(super) struct Recent<T> {
    shards: Box<[Mutex<Shard<T>>]>,
}

#[derive(Debug)]
struct Shard<T> {
    entries: Vec<Entry<T>>,
    /// Whose turn it is to go.
    hand: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<T> {
    hash: u64,
    text: Box<str>,
    remembered: Arc<T>,
    was_used: bool,
}

impl<T> Recent<T> {
    pub(super) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::new(Shard::new())).collect() }
    }

    /// What is remembered of `sql`, which has this hash; `None` if it is not among them.
    pub(super) fn find(&self, hash: u64, sql: &str) -> Option<Arc<T>> {
        let mut shard = self.shard(hash);
        let position = shard.position(hash, sql)?;
        let entry = shard.entries.get_mut(position)?;
        entry.was_used = true;
        Some(Arc::clone(&entry.remembered))
    }

    /// Puts in what was read of `sql`, unless it is there or too long.
    pub(super) fn put(&self, hash: u64, sql: &str, remembered: Arc<T>) {
        let mut shard = self.shard(hash);
        if sql.len() > MAX_TEXT || shard.position(hash, sql).is_some() {
            return;
        }
        shard.make_room(sql.len());
        shard.bytes += sql.len();
        let text = Box::from(sql);
        shard.entries.push(Entry { hash, text, remembered, was_used: false });
    }

    /// How many texts there are, and how many bytes they have.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        let sizes = self.shards.iter().map(|shard| {
            let shard = shard.lock().unwrap();
            assert_eq!(
                shard.bytes,
                shard.entries.iter().map(|entry| entry.text.len()).sum::<usize>()
            );
            (shard.entries.len(), shard.bytes)
        });
        sizes.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<T>> {
        let shard = &self.shards[hash as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Shard<T> {
    fn new() -> Self {
        Self { entries: Vec::new(), hand: 0, bytes: 0 }
    }

    fn position(&self, hash: u64, sql: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.hash == hash && *entry.text == *sql)
    }

    /// Lets go of what was not used, until there is room for a text of `len` bytes.
    fn make_room(&mut self, len: usize) {
        while !self.entries.is_empty()
            && (self.entries.len() >= ENTRIES || self.bytes + len > BYTES)
        {
            self.hand = if self.hand < self.entries.len() { self.hand } else { 0 };
            let entry = &mut self.entries[self.hand];
            if std::mem::take(&mut entry.was_used) {
                self.hand += 1;
            } else {
                self.remove(self.hand);
            }
        }
    }

    fn remove(&mut self, position: usize) {
        let entry = self.entries.swap_remove(position);
        self.bytes -= entry.text.len();
    }
}

const SHARDS: usize = 128;
/// Of one shard.
const ENTRIES: usize = 16;
/// Of the texts in one shard: each of them fits.
const BYTES: usize = MAX_TEXT;

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use foldhash::quality::RandomState;
    use proptest::prelude::*;

    use super::*;

    fn known(text: &str) -> Arc<String> {
        Arc::new(text.to_owned())
    }

    #[test]
    fn what_is_used_stays_while_what_is_not_goes() {
        let (recent, hasher) = (Recent::new(), RandomState::default());
        let hash = |text: &str| hasher.hash_one(text);
        let (kept, first) = ("SELECT * FROM kept", "SELECT 0 FROM a");
        recent.put(hash(kept), kept, known(kept));
        for n in 0..20 * SHARDS * ENTRIES {
            let other = format!("SELECT {n} FROM a");
            recent.put(hash(&other), &other, known(&other));
            assert!(recent.find(hash(kept), kept).is_some(), "after {n}");
        }
        assert!(recent.size().0 <= SHARDS * ENTRIES);
        assert!(recent.find(hash(first), first).is_none());
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_it_may(lens in proptest::collection::vec(1..2 * MAX_TEXT, 1..400)) {
            let (recent, hasher) = (Recent::new(), RandomState::default());
            for (n, len) in lens.into_iter().enumerate() {
                let sql = format!("{:<len$}", format!("SELECT {n}"));
                let hash = hasher.hash_one(&sql);
                recent.put(hash, &sql, known("SELECT 1"));
                prop_assert_eq!(recent.find(hash, &sql).is_some(), sql.len() <= MAX_TEXT);
            }
            let (entries, bytes) = recent.size();
            prop_assert!(entries <= SHARDS * ENTRIES && bytes <= SHARDS * BYTES);
        }
    }
}
