//! How many entries caches have, observed at every collection.

use std::{
    collections::BTreeMap,
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::AtomicBool},
};

use opentelemetry::{KeyValue, metrics::Meter};

use crate::{
    key, metrics,
    upkeep::{Job, Round, Upkeep, UpkeepThread},
};

/// What can tell how many entries it has.
trait Count: Send + Sync {
    /// Absent once the cache is gone.
    fn entries(&self) -> Option<u64>;

    fn is_gone(&self) -> bool;

    /// Begins what it has put off, unless that goes on already; what is given back is still to be done.
    fn keep_up(&self, round: &Round) -> Option<Job>;
}

/// A cache that may be gone, and how its entries are counted.
struct Watched<T, F> {
    cache: Weak<T>,
    count: F,
    upkeep: Option<Upkeep<T>>,
    is_busy: Arc<AtomicBool>,
}

impl<T: Send + Sync, F: Fn(&T) -> u64 + Send + Sync> Count for Watched<T, F> {
    fn entries(&self) -> Option<u64> {
        self.cache.upgrade().map(|cache| (self.count)(&cache))
    }

    fn is_gone(&self) -> bool {
        self.cache.strong_count() == 0
    }

    fn keep_up(&self, round: &Round) -> Option<Job> {
        let upkeep = self.upkeep.as_ref()?;
        upkeep(Weak::clone(&self.cache), round.begin(&self.is_busy)?)
    }
}

/// The caches that are watched, each held weakly.
#[derive(Default)]
pub(crate) struct Entries {
    watched: Mutex<AllWatched>,
    thread: UpkeepThread,
}

type AllWatched = Vec<(KeyValue, Arc<dyn Count>)>;

impl Entries {
    /// Caches that are observed by an instrument of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let entries = Arc::new(Self::default());
        let observed = Arc::clone(&entries);
        metrics::ENTRIES.observable_up_down_counter(meter, move |instrument| {
            for (name, entries) in observed.counts() {
                instrument.observe(entries, &[key::CACHE_NAME.of(name)]);
            }
        });
        entries
    }

    pub(crate) fn watch<T, F>(
        &self,
        name: &KeyValue,
        cache: &Arc<T>,
        upkeep: Option<Upkeep<T>>,
        count: F,
    ) where
        T: Send + Sync + 'static,
        F: Fn(&T) -> u64 + Send + Sync + 'static,
    {
        let (cache, is_busy) = (Arc::downgrade(cache), Arc::default());
        let watched = Arc::new(Watched { cache, count, upkeep, is_busy });
        let mut all = self.all();
        // Where nobody collects, nobody else forgets them.
        let gone = if all.len() == all.capacity() { forget_gone(&mut all) } else { Vec::new() };
        all.push((name.clone(), watched));
        drop(all);
        // Of the program's own types: nothing is locked.
        drop(gone);
    }

    fn all(&self) -> MutexGuard<'_, AllWatched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries of all caches of each name; forgets those that are gone.
    ///
    /// Absent where the program's own code panics: the reader that called it would never read again.
    fn counts(&self) -> impl Iterator<Item = (String, i64)> {
        // The program's own code counts, and may make another cache meanwhile: nothing is locked.
        let all = self.all().clone();
        self.keep_up(&all);
        let mut counts = BTreeMap::new();
        for (name, watched) in &all {
            let entries = catch_unwind(AssertUnwindSafe(|| watched.entries()));
            let Some(entries) = entries.transpose() else { continue };
            let sum = counts.entry(name.value.as_str().into_owned()).or_insert(Some(0_i64));
            *sum = sum.zip(entries.ok()).map(|(sum, entries)| {
                sum.saturating_add(i64::try_from(entries).unwrap_or(i64::MAX))
            });
        }
        let gone = forget_gone(&mut self.all());
        drop(gone);
        counts.into_iter().filter_map(|(name, sum)| sum.map(|sum| (name, sum)))
    }
}

impl Entries {
    /// Has them do what they have put off, and waits a little for that.
    fn keep_up(&self, all: &AllWatched) {
        let round = Round::new();
        for (_, watched) in all {
            if let Some(job) = watched.keep_up(&round) {
                self.thread.run(job);
            }
        }
        round.wait();
    }
}

fn forget_gone(all: &mut AllWatched) -> AllWatched {
    let (gone, there) = mem::take(all).into_iter().partition(|(_, watched)| watched.is_gone());
    *all = there;
    gone
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}
