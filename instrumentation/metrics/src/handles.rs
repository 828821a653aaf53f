//! The handles of keys that were used before.

use std::{
    cell::Cell,
    fmt,
    sync::{Mutex, OnceLock, PoisonError},
};

use kymo_core::Table;
use metrics::Key;

/// Room in the first table, of which each next one has eight times as much.
const FIRST: usize = 64;
const TABLES: usize = 5;
/// Keys at most that lead to a series which has another key already.
const ALIASES: usize = 4096;
/// Keys at most that have one hash. The facade hashes with a seed that everybody knows, so clients that choose
/// values of labels can find many; those beyond are looked up by a hash that nobody knows.
const SAME_HASH: usize = 8;

/// From a key to the handle for it, without a lock and without an allocation.
///
/// It has one table after the other, each of which only grows, so that a service with a few metrics pays for
/// a few.
pub(crate) struct Handles<H> {
    tables: [OnceLock<Table<Key, H>>; TABLES],
    /// How many keys lead to a series of another one.
    aliases: Mutex<usize>,
}

impl<H> Handles<H> {
    pub(crate) fn new() -> Self {
        Self { tables: [const { OnceLock::new() }; TABLES], aliases: Mutex::new(0) }
    }

    /// The handle of `key`, if it is kept.
    pub(crate) fn get(&self, key: &Key) -> Option<&H> {
        let mut tables = self.tables.iter().map_while(OnceLock::get);
        tables.find_map(|table| table.get(key, |known| is_same(known, key)))
    }

    /// Keeps the handle of `key`, as far as there is room; `is_alias` if its series has another key already.
    pub(crate) fn keep(&self, key: &Key, handle: H, is_alias: bool) {
        let mut aliases = self.aliases.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = is_alias && *aliases >= ALIASES;
        // Another thread may have kept it.
        if is_full || self.get(key).is_some() || self.hash_is_taken(key) {
            return;
        }
        let sizes = (0..TABLES).map(|table| FIRST << (3 * table));
        for (table, size) in self.tables.iter().zip(sizes) {
            let table = table.get_or_init(|| Table::for_entries(size));
            if table.len() < size {
                // There are twice as many slots, so that it is taken.
                drop(table.insert(key.to_retained(), handle));
                *aliases += usize::from(is_alias);
                return;
            }
        }
    }

    /// Whether too many other keys have the hash of this one.
    fn hash_is_taken(&self, key: &Key) -> bool {
        let others = Cell::new(0);
        for table in self.tables.iter().map_while(OnceLock::get) {
            table.get(key, |known| {
                others.set(others.get() + usize::from(known.get_hash() == key.get_hash()));
                false
            });
        }
        others.get() >= SAME_HASH
    }
}

/// Whether two keys are one: most often their labels are in one order, too.
fn is_same(known: &Key, key: &Key) -> bool {
    known.get_hash() == key.get_hash()
        && known.name() == key.name()
        && (known.labels().eq(key.labels()) || known == key)
}

impl<H> fmt::Debug for Handles<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: usize = self.tables.iter().map_while(OnceLock::get).map(Table::len).sum();
        f.debug_struct("Handles").field("keys", &keys).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use metrics::Label;

    use super::*;

    fn key(n: usize) -> Key {
        Key::from_parts("x", vec![Label::new("a", n.to_string()), Label::new("b", "c")])
    }

    #[test]
    fn keys_are_found_in_whichever_table_they_are_and_in_whichever_order_their_labels() {
        let handles = Handles::new();
        for n in 0..1000 {
            assert_eq!(handles.get(&key(n)), None);
            handles.keep(&key(n), n, false);
            handles.keep(&key(n), n + 1, false);
        }
        for n in 0..1000 {
            assert_eq!(handles.get(&key(n)), Some(&n));
            let turned =
                Key::from_parts("x", key(n).into_parts().1.into_iter().rev().collect::<Vec<_>>());
            assert_eq!(handles.get(&turned), Some(&n));
        }
    }

    #[test]
    fn names_that_become_one_take_no_more_and_more_room() {
        let handles = Handles::new();
        for n in 0..ALIASES + 100 {
            handles.keep(&key(n), n, true);
        }
        assert_eq!(handles.get(&key(ALIASES)), None);
        handles.keep(&key(ALIASES), 0, false);
        assert_eq!(handles.get(&key(ALIASES)), Some(&0));
    }
}
