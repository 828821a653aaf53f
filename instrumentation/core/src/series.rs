//! The cache between a hot path and its bound instruments.

use std::{
    fmt,
    hash::Hash,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
};

use crate::{Folds, SeriesClass, key::AttributeKey, table::Table};

/// The key that finds one series: small, [`Copy`], and made of [`Bounded`](crate::Bounded) values.
pub trait SeriesKey: Copy + Eq + Hash {
    /// The same key with one more attribute turned into `_OTHER`, and that attribute; `None` when
    /// all that is left is a closed set.
    ///
    /// Attributes that clients choose go first, those that operators look for last.
    fn fold(self) -> Option<(Self, AttributeKey)>;

    /// Who can make such a key, which decides on the room there is for it.
    ///
    /// A folded key has a class of its own: a failure that is known by its route is
    /// [`SeriesClass::Operator`] only for as long as it has its route.
    fn class(&self) -> SeriesClass {
        SeriesClass::Ordinary
    }

    /// Whether it stands for many others that were folded into it, so that there are few of its kind.
    ///
    /// A key that is folded and still one of many, as a key with its route, leaves half of the room of
    /// folded keys to those that are shared.
    fn is_shared(&self) -> bool {
        true
    }
}

/// Where a [`SeriesCache`] found the series of a key the last time, so that the same key is found there without its
/// hash.
///
/// Only a hint: it may be of another key, or of another cache, and costs one comparison then.
#[derive(Debug, Default)]
pub struct SeriesHint(AtomicU16);

impl SeriesHint {
    /// Of nothing yet.
    pub const fn new() -> Self {
        Self(AtomicU16::new(0))
    }
}

/// From a key to a struct of bound instruments, up to a number of series.
///
/// A hit takes no lock and allocates nothing. A miss binds the instruments once, under a lock
/// that no hit ever waits for. Where there is no room for a new key, it is folded, one attribute
/// at a time, until it meets a series that exists or there is room for it; a quarter more room is
/// kept for folded keys, half of it for those that are [shared](SeriesKey::is_shared), and a reserve
/// for what operators must see. Each fold is counted.
pub struct SeriesCache<K, S> {
    series: Table<K, Arc<S>>,
    binding: Mutex<()>,
    /// Series in each part of the room; written under the lock.
    taken: [AtomicUsize; 4],
    capacity: usize,
    reserve: usize,
    folds: Folds,
}

impl<K: SeriesKey, S> SeriesCache<K, S> {
    /// An empty cache for `capacity` series, a quarter more of folded ones, and beyond them only
    /// keys that cannot be folded.
    pub fn new(capacity: usize, folds: Folds) -> Self {
        Self::with_reserve(capacity, 0, folds)
    }

    /// As [`SeriesCache::new`], with room for `reserve` more series of [`SeriesClass::Operator`].
    pub fn with_reserve(capacity: usize, reserve: usize, folds: Folds) -> Self {
        let series = Table::for_entries(capacity + capacity / 4 + reserve);
        let taken = [const { AtomicUsize::new(0) }; 4];
        Self { series, binding: Mutex::new(()), taken, capacity, reserve, folds }
    }

    /// Records into the series of `key`, which `bind` makes if it is the first time.
    pub fn with<R>(&self, key: K, bind: impl FnOnce(K) -> S, record: impl FnOnce(&S) -> R) -> R {
        match self.find(key) {
            Some(found) => record(found),
            None => record(&self.resolve(key, bind)),
        }
    }

    /// As [`SeriesCache::with`], for a `key` that is mostly the one that was sought with this hint before.
    #[inline]
    pub fn with_hint<R>(
        &self,
        hint: &SeriesHint,
        key: K,
        bind: impl FnOnce(K) -> S,
        record: impl FnOnce(&S) -> R,
    ) -> R {
        match self.series.at(hint.0.load(Ordering::Relaxed).into(), |known| *known == key) {
            Some(found) => record(found),
            None => self.with_lost_hint(hint, key, bind, record),
        }
    }

    #[inline(never)]
    fn with_lost_hint<R>(
        &self,
        hint: &SeriesHint,
        key: K,
        bind: impl FnOnce(K) -> S,
        record: impl FnOnce(&S) -> R,
    ) -> R {
        let Some((slot, found)) = self.series.find(&key, |known| *known == key) else {
            return record(&self.resolve(key, bind));
        };
        if let Ok(slot) = u16::try_from(slot) {
            hint.0.store(slot, Ordering::Relaxed);
        }
        record(found)
    }

    /// The series of `key`, for an operation that records into it more than once.
    pub fn get(&self, key: K, bind: impl FnOnce(K) -> S) -> Arc<S> {
        self.find(key).map_or_else(|| self.resolve(key, bind), Arc::clone)
    }
}

impl<K: SeriesKey, S> SeriesCache<K, S> {
    /// The series that `key` has of its own, if it was bound.
    pub fn find(&self, key: K) -> Option<&Arc<S>> {
        self.series.get(&key, |known| *known == key)
    }

    fn resolve(&self, key: K, bind: impl FnOnce(K) -> S) -> Arc<S> {
        let spot = self.spot(key);
        if let Some(found) = spot.series {
            self.count_folds(key, spot.folds);
            return Arc::clone(found);
        }
        let _binding = self.binding.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have bound it, or taken the last room, while this one waited.
        let spot = self.spot(key);
        self.count_folds(key, spot.folds);
        spot.series.map_or_else(
            || {
                let bound = Arc::new(bind(spot.key));
                // Should there be no slot left at all, the next one binds it again.
                if self.series.insert(spot.key, Arc::clone(&bound)).is_ok()
                    && let Some(room) = spot.room
                {
                    self.taken[room as usize].fetch_add(1, Ordering::Release);
                }
                bound
            },
            Arc::clone,
        )
    }

    /// Where the key belongs.
    fn spot(&self, key: K) -> Spot<'_, K, S> {
        let mut spot = Spot { key, folds: 0, room: None, series: None };
        loop {
            spot.series = self.find(spot.key);
            if spot.series.is_some() {
                return spot;
            }
            let folded = spot.key.fold();
            spot.room = self.room(spot.key, spot.folds, folded);
            if spot.room.is_some() {
                return spot;
            }
            let Some((folded, _)) = folded else { return spot };
            spot.key = folded;
            spot.folds += 1;
        }
    }

    /// Where there is room for a new `key`, which was folded so many times, and would be `folded`
    /// next.
    fn room(&self, key: K, folds: usize, folded: Option<(K, AttributeKey)>) -> Option<Room> {
        let taken = |room: Room| self.taken[room as usize].load(Ordering::Acquire);
        let has_room = taken(Room::Client) + taken(Room::Main) < self.capacity;
        let is_new = folds == 0;
        match key.class() {
            SeriesClass::Client if is_new => {
                let has_room = has_room && taken(Room::Client) < self.capacity / 2;
                has_room.then_some(Room::Client)
            }
            // Folded, it is no client's any more; it has the room that is left.
            SeriesClass::Ordinary if has_room => Some(Room::Main),
            SeriesClass::Operator if has_room && is_new => Some(Room::Main),
            SeriesClass::Operator => {
                let is_last = folded.is_none_or(|(key, _)| key.class() != SeriesClass::Operator);
                (is_last && taken(Room::Reserve) < self.reserve).then_some(Room::Reserve)
            }
            _ if is_new => None,
            class => {
                let limit = match class {
                    _ if key.is_shared() => self.capacity / 4,
                    SeriesClass::Client => 0,
                    _ => self.capacity / 8,
                };
                (taken(Room::Folded) < limit).then_some(Room::Folded)
            }
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

/// Where a key belongs: under which key, after how many folds, and in which series if it exists,
/// else in which room; in none of them if it cannot be folded any further.
struct Spot<'a, K, S> {
    key: K,
    folds: usize,
    room: Option<Room>,
    series: Option<&'a Arc<S>>,
}

/// A part of the cache that is filled on its own.
#[derive(Debug, Clone, Copy)]
enum Room {
    /// Of the main room, what clients made; it is half of it at most.
    Client,
    /// Of the main room, the rest.
    Main,
    Folded,
    Reserve,
}

impl<K, S> fmt::Debug for SeriesCache<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesCache")
            .field("series", &self.series.len())
            .field("capacity", &self.capacity)
            .field("reserve", &self.reserve)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
