//! Counts of neighbouring keys, which mostly are of one cache, told to it at once.

use kymo_cache::{Cache, CacheResult};

use crate::caches::Caches;

/// Collects the counts for the cache of the latest key, and tells it as soon as there is a key of
/// another, or when this is dropped.
#[derive(Debug)]
pub(super) struct Tally<'c> {
    caches: &'c Caches,
    cache: Option<&'c Cache>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    hits: u64,
    misses: u64,
    errors: u64,
    writes: u64,
}

impl<'c> Tally<'c> {
    pub(super) fn new(caches: &'c Caches) -> Self {
        Self { caches, cache: None, counts: Counts::default() }
    }

    /// Counts entries that were asked for.
    pub(super) fn count(&mut self, key: &[u8], result: CacheResult, entries: u64) {
        let counts = self.counts_of(key);
        let count = match result {
            CacheResult::Hit => &mut counts.hits,
            CacheResult::Miss => &mut counts.misses,
            CacheResult::Error => &mut counts.errors,
        };
        *count += entries;
    }

    /// Counts entries that were put in or taken out.
    pub(super) fn count_writes(&mut self, key: &[u8], entries: u64) {
        self.counts_of(key).writes += entries;
    }

    fn counts_of(&mut self, key: &[u8]) -> &mut Counts {
        let cache = self.caches.of(key);
        if cache != self.cache {
            self.tell();
            self.cache = cache;
        }
        &mut self.counts
    }

    fn tell(&mut self) {
        let Counts { hits, misses, errors, writes } = std::mem::take(&mut self.counts);
        let Some(cache) = self.cache else { return };
        let results =
            [(CacheResult::Hit, hits), (CacheResult::Miss, misses), (CacheResult::Error, errors)];
        for (result, entries) in results.into_iter().filter(|(_, entries)| *entries > 0) {
            cache.count(result, entries);
        }
        if writes > 0 {
            cache.count_writes(writes);
        }
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        self.tell();
    }
}
