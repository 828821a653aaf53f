//! The cache between a hot path and its bound instruments.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Folds, key::AttributeKey, table::Table};

/// What one series is found by: small, [`Copy`], and made of [`Bounded`](crate::Bounded) values.
pub trait SeriesKey: Copy + Eq + Hash {
    /// The same key with one more attribute turned into `_OTHER`, and that attribute; `None` when
    /// what is left is a closed set.
    ///
    /// What strangers choose goes first, what operators look for goes last.
    fn fold(self) -> Option<(Self, AttributeKey)>;

    /// Whether it takes no more than an odd request to make such a key.
    ///
    /// Strange keys get half of the room, so that a stranger cannot take the place of what has not
    /// happened yet, such as the first failure of a route.
    fn is_strange(&self) -> bool {
        false
    }
}

/// From a key to a struct of bound instruments, up to a number of series.
///
/// A hit takes no lock and allocates nothing. A miss binds the instruments once, under a lock
/// that no hit ever waits for. Where there is no room for a new key, it is folded, one attribute
/// at a time, until it meets a series that exists or there is room for it; a quarter more room is
/// kept for folded keys. Each fold is counted.
pub struct SeriesCache<K, S> {
    series: Table<K, Arc<S>>,
    binding: Mutex<()>,
    capacity: usize,
    folds: Folds,
}

impl<K: SeriesKey, S> SeriesCache<K, S> {
    /// An empty cache for `capacity` series, a quarter more of folded ones, and beyond them only
    /// keys that cannot be folded.
    pub fn new(capacity: usize, folds: Folds) -> Self {
        let series = Table::for_entries(capacity + capacity / 4);
        Self { series, binding: Mutex::new(()), capacity, folds }
    }

    /// Records into the series of `key`, which `bind` makes if it is the first time.
    pub fn with<R>(&self, key: K, bind: impl FnOnce(K) -> S, record: impl FnOnce(&S) -> R) -> R {
        match self.find(key) {
            Some(found) => record(found),
            None => record(&self.resolve(key, bind)),
        }
    }

    /// The series of `key`, for an operation that records into it more than once.
    pub fn get(&self, key: K, bind: impl FnOnce(K) -> S) -> Arc<S> {
        self.find(key).map_or_else(|| self.resolve(key, bind), Arc::clone)
    }

    /// Where folds of this cache's metric are counted.
    pub fn folds(&self) -> &Folds {
        &self.folds
    }
}

impl<K: SeriesKey, S> SeriesCache<K, S> {
    fn find(&self, key: K) -> Option<&Arc<S>> {
        self.series.get(&key, |known| *known == key)
    }

    fn resolve(&self, key: K, bind: impl FnOnce(K) -> S) -> Arc<S> {
        let place = self.place(key);
        if let Some(found) = place.series {
            self.count_folds(key, place.folds);
            return Arc::clone(found);
        }
        let _binding = self.binding.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have bound it, or taken the last room, while this one waited.
        let place = self.place(key);
        self.count_folds(key, place.folds);
        place.series.map_or_else(
            || {
                let bound = Arc::new(bind(place.key));
                // Should there be no slot left at all, the next one binds it again.
                let _ = self.series.insert(place.key, Arc::clone(&bound));
                bound
            },
            Arc::clone,
        )
    }

    /// Where the key belongs.
    fn place(&self, key: K) -> Place<'_, K, S> {
        let mut place = Place { key, folds: 0, series: None };
        loop {
            place.series = self.find(place.key);
            if place.series.is_some() {
                return place;
            }
            let room = match place.folds {
                0 if key.is_strange() => self.capacity / 2,
                0 => self.capacity,
                _ => self.capacity + self.capacity / 4,
            };
            if self.series.len() < room {
                return place;
            }
            let Some((folded, _)) = place.key.fold() else { return place };
            place.key = folded;
            place.folds += 1;
        }
    }

    fn count_folds(&self, mut key: K, folds: usize) {
        for _ in 0..folds {
            if let Some((folded, attribute)) = key.fold() {
                self.folds.count(&attribute);
                key = folded;
            }
        }
    }
}

/// Where a key belongs: under which key, after how many folds, and in which series if it exists.
struct Place<'a, K, S> {
    key: K,
    folds: usize,
    series: Option<&'a Arc<S>>,
}

impl<K, S> fmt::Debug for SeriesCache<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesCache")
            .field("series", &self.series.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
