//! How many entries caches have, observed at every collection.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak, atomic::AtomicBool},
};

use kymo_core::{Roster, sum_by_name};
use opentelemetry::{KeyValue, metrics::Meter};

use crate::{
    key, metrics,
    upkeep::{Job, Round, Upkeep, UpkeepThread},
};

/// Tells how many entries it has.
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
pub(crate) struct Entries {
    watched: Roster<String, Arc<dyn Count>>,
    thread: UpkeepThread,
}

impl Entries {
    /// Caches that are observed by an instrument of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let watched = Roster::new(|watched: &Arc<dyn Count>| watched.is_gone());
        let entries = Arc::new(Self { watched, thread: UpkeepThread::default() });
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
        drop(self.watched.watch(name.value.as_str().into_owned(), watched));
    }

    /// The entries of all caches of each name; forgets those that are gone.
    ///
    /// Absent where the program's own code panics: the reader that called it would never read again.
    fn counts(&self) -> impl Iterator<Item = (String, i64)> {
        let watched = self.watched.there();
        self.keep_up(&watched);
        let counts = watched.into_iter().filter_map(|(name, watched)| {
            let entries = catch_unwind(AssertUnwindSafe(|| watched.entries())).transpose()?;
            Some((name, entries.ok().map(|entries| i64::try_from(entries).unwrap_or(i64::MAX))))
        });
        sum_by_name(counts, i64::saturating_add)
    }

    /// Has them do what they have put off, and waits a little for that.
    fn keep_up(&self, watched: &[(String, Arc<dyn Count>)]) {
        let round = Round::new();
        for (_, watched) in watched {
            if let Some(job) = watched.keep_up(&round) {
                self.thread.run(job);
            }
        }
        round.wait();
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}
