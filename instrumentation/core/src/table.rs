//! A hash table that only ever grows.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;

/// A hash table of a greatest size, from which nothing is ever taken out.
///
/// So a read is one atomic load for the stage that the table is at, and one for each slot that it looks at, without
/// a lock and without keeping anything alive. It has no slots before its first entry, and eight times as many in
/// each stage after that, up to its size. Writers take turns outside: of two that put in the same key at once, both
/// do.
pub struct Table<K, V> {
    /// Each has the entries of the one before it, too, for readers who still are there.
    stages: [Stage<K, V>; STAGES],
    /// The stage that has all entries.
    current: AtomicUsize,
    len: AtomicUsize,
    /// Held by whoever puts something in.
    writing: Mutex<()>,
    /// The slots of the last stage.
    most: usize,
    hasher: RandomState,
}

type Stage<K, V> = OnceLock<Box<[Slot<K, V>]>>;
type Slot<K, V> = OnceLock<Arc<(K, V)>>;

impl<K, V> Table<K, V> {
    /// An empty table that gets slots to spare for `entries` as they come.
    pub fn for_entries(entries: usize) -> Self {
        Self {
            stages: [const { OnceLock::new() }; STAGES],
            current: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            writing: Mutex::new(()),
            most: (2 * entries).next_power_of_two(),
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
    #[inline]
    pub fn get<Q: Hash + ?Sized>(&self, key: &Q, is: impl Fn(&K) -> bool) -> Option<&V> {
        self.find(key, is).map(|(_, value)| value)
    }

    /// The value of the key that hashes like `key` and `is` it, and the slot that it is in.
    #[inline]
    pub(crate) fn find<Q: Hash + ?Sized>(
        &self,
        key: &Q,
        is: impl Fn(&K) -> bool,
    ) -> Option<(usize, &V)> {
        let slots = self.slots()?;
        for slot in probe(slots.len(), self.hasher.hash_one(key)) {
            let (known, value) = &**slots[slot].get()?;
            if is(known) {
                return Some((slot, value));
            }
        }
        None
    }

    /// The value in this slot, if it is there still and its key `is` the one that is looked for.
    #[inline]
    pub(crate) fn at(&self, slot: usize, is: impl FnOnce(&K) -> bool) -> Option<&V> {
        let (known, value) = &**self.slots()?.get(slot)?.get()?;
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
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = self.hasher.hash_one(&key);
        let Some(free) = free(self.slots_to_spare(), hash) else { return Err((key, value)) };
        if free.set(Arc::new((key, value))).is_ok() {
            self.len.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }

    /// Every value, in no order.
    #[cfg(test)]
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        let slots = self.slots().into_iter().flatten();
        slots.filter_map(OnceLock::get).map(|entry| &entry.1)
    }

    /// The slots of the current stage; none before the first entry.
    #[inline]
    fn slots(&self) -> Option<&[Slot<K, V>]> {
        self.stages.get(self.current.load(Ordering::Acquire))?.get().map(Box::as_ref)
    }

    /// The slots for one more entry: those of the next stage where half of these are taken, if there is one.
    fn slots_to_spare(&self) -> &[Slot<K, V>]
    where
        K: Hash,
    {
        let current = self.current.load(Ordering::Acquire);
        let stage = |number: usize, of: &[Slot<K, V>]| {
            let slots = &**self.stages[number].get_or_init(|| {
                (0..slots_of(number, self.most)).map(|_| OnceLock::new()).collect()
            });
            for entry in of.iter().filter_map(OnceLock::get) {
                let free = free(slots, self.hasher.hash_one(&entry.0));
                // There is more room than entries.
                let _ = free.map(|free| free.set(Arc::clone(entry)));
            }
            slots
        };
        let slots = self.slots().unwrap_or_else(|| stage(current, &[]));
        if 2 * self.len() < slots.len() || slots.len() >= self.most {
            return slots;
        }
        let next = stage(current + 1, slots);
        // From now on readers are there, where all entries are.
        self.current.store(current + 1, Ordering::Release);
        next
    }
}

/// Where a key of this hash may be among so many slots, in the order in which they are taken.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn probe(slots: usize, hash: u64) -> impl Iterator<Item = usize> {
    (0..slots).map(move |step| (hash as usize + step) & (slots - 1))
}

/// The slot that an entry of this hash takes, unless all are taken.
fn free<K, V>(slots: &[Slot<K, V>], hash: u64) -> Option<&Slot<K, V>> {
    probe(slots.len(), hash).map(|slot| &slots[slot]).find(|slot| slot.get().is_none())
}

/// The slots of a stage of a table with `most` in its last one: a power of two.
fn slots_of(stage: usize, most: usize) -> usize {
    if stage + 1 < STAGES { (FIRST << (3 * stage)).min(most) } else { most }
}

/// The slots of the first stage, of 16 bytes each.
const FIRST: usize = 64;
/// As many as the largest of our tables has.
const STAGES: usize = 5;

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, thread};

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
    fn an_empty_table_has_no_slots_and_a_full_one_those_that_it_may_have() {
        let table = Table::for_entries(2000);
        assert_eq!(table.slots().map(<[_]>::len), None);
        let mut stages = Vec::new();
        for key in 0..2000 {
            table.insert(key, 2 * key).unwrap();
            stages.extend(table.slots().map(<[_]>::len));
        }
        stages.dedup();
        assert_eq!(stages, [64, 512, 4096]);
        assert!((0..2000).all(|key| table.get(&key, |known| *known == key) == Some(&(2 * key))));
        assert_eq!(table.get(&2000, |known| *known == 2000), None);
    }

    #[test]
    fn a_reader_finds_what_is_there_while_the_table_grows() {
        let table = Table::for_entries(4000);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while table.len() < 4000 {
                        // Whoever counts it can be asked for it.
                        let last = table.len();
                        for key in (0..last).rev().take(70) {
                            assert_eq!(table.get(&key, |known| *known == key), Some(&key));
                        }
                    }
                });
            }
            for key in 0..4000 {
                table.insert(key, key).unwrap();
            }
        });
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
