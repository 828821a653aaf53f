//! A hash table that only ever grows.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;

/// A hash table of a size fixed from the start, from which nothing is ever taken out.
///
/// So a read is one atomic load for each slot that it looks at, without a lock and without keeping
/// anything alive. Writers take turns outside: of two that put in the same key at once, both do.
pub struct Table<K, V> {
    slots: Box<[Slot<K, V>]>,
    len: AtomicUsize,
    hasher: RandomState,
}

type Slot<K, V> = OnceLock<Box<(K, V)>>;

impl<K, V> Table<K, V> {
    /// An empty table with slots to spare for `entries`.
    pub fn for_entries(entries: usize) -> Self {
        let slots = (2 * entries).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
            len: AtomicUsize::new(0),
            hasher: RandomState::default(),
        }
    }

    /// How many entries it holds.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Whether it holds no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of the key that hashes like `key` and `is` it.
    pub fn get<Q: Hash + ?Sized>(&self, key: &Q, is: impl Fn(&K) -> bool) -> Option<&V> {
        self.find(key, is).map(|(_, value)| value)
    }

    /// The value of the key that hashes like `key` and `is` it, and the slot that it is in.
    pub(crate) fn find<Q: Hash + ?Sized>(
        &self,
        key: &Q,
        is: impl Fn(&K) -> bool,
    ) -> Option<(usize, &V)> {
        for slot in self.probe(key) {
            let (known, value) = &**self.slots[slot].get()?;
            if is(known) {
                return Some((slot, value));
            }
        }
        None
    }

    /// The value in this slot, if its key `is` the one that is looked for.
    #[inline]
    pub(crate) fn at(&self, slot: usize, is: impl FnOnce(&K) -> bool) -> Option<&V> {
        let (known, value) = &**self.slots.get(slot)?.get()?;
        is(known).then_some(value)
    }

    /// Puts in `key`, which the caller knows not to be there.
    ///
    /// # Errors
    ///
    /// Gives key and value back when the table is full.
    pub fn insert(&self, key: K, value: V) -> Result<(), (K, V)>
    where
        K: Hash,
    {
        let mut entry = Box::new((key, value));
        // A set that fails gives the box back, so the entry goes from slot to slot without a copy.
        let hash = self.hasher.hash_one(&entry.0);
        for slot in self.probe_from(hash) {
            match self.slots[slot].set(entry) {
                Ok(()) => {
                    self.len.fetch_add(1, Ordering::Release);
                    return Ok(());
                }
                Err(taken) => entry = taken,
            }
        }
        Err(*entry)
    }

    /// Every value, in no order.
    #[cfg(test)]
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().filter_map(OnceLock::get).map(|entry| &entry.1)
    }

    fn probe<Q: Hash + ?Sized>(&self, key: &Q) -> impl Iterator<Item = usize> + use<K, V, Q> {
        self.probe_from(self.hasher.hash_one(key))
    }

    /// The slots where a key of this hash may be, in the order in which they are taken.
    #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
    fn probe_from(&self, hash: u64) -> impl Iterator<Item = usize> + use<K, V> {
        let slots = self.slots.len();
        (0..slots).map(move |step| (hash as usize + step) & (slots - 1))
    }
}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_hash_map_holds(keys in proptest::collection::vec(0_u16..40, 0..100)) {
            let table = Table::for_entries(40);
            let mut map = HashMap::new();
            for (n, key) in keys.into_iter().enumerate() {
                if table.get(&key, |known| *known == key).is_none() {
                    table.insert(key, n).unwrap();
                    map.insert(key, n);
                }
            }
            prop_assert_eq!(table.len(), map.len());
            for key in 0..50 {
                prop_assert_eq!(table.get(&key, |known| *known == key), map.get(&key));
            }
        }
    }

    #[test]
    fn a_full_table_gives_back_what_it_cannot_take() {
        let table = Table::for_entries(1);
        assert_eq!(table.insert(1, 'a'), Ok(()));
        assert_eq!(table.insert(2, 'b'), Ok(()));
        assert_eq!(table.insert(3, 'c'), Err((3, 'c')));
        assert_eq!(table.get(&3, |known| *known == 3), None);
        assert_eq!(table.values().count(), 2);
    }
}
