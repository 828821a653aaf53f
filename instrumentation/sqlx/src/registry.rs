//! The pools that are observed at every collection.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kymo_core::{Bounded, Folds, MetricSpec, ValueBudget, key};
use opentelemetry::{StringValue, metrics::Meter};

use crate::metrics;

/// What a pool has to tell at a collection.
pub(crate) trait Observed: Send + Sync {
    fn levels(&self) -> Levels;
}

/// The levels of a pool at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels {
    pub(crate) idle: i64,
    pub(crate) used: i64,
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) pending: i64,
}

/// The measured pools, held weakly, and their names.
pub(crate) struct Registry {
    names: ValueBudget,
    folds: Folds,
    pools: Mutex<Vec<Entry>>,
}

struct Entry {
    name: String,
    bounded: Bounded,
    pool: Weak<dyn Observed>,
}

/// That a living pool has the name already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a measured pool is already called {name:?}; give one of the two another name")]
#[non_exhaustive]
pub struct NameTaken {
    /// The name.
    pub name: String,
}

impl Registry {
    /// A registry whose pools are observed by instruments of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let registry = Arc::new(Self {
            names: ValueBudget::new(key::DB_CONNECTION_POOL_NAME.limit().unwrap_or(0)),
            folds: Folds::new(meter, &metrics::CONNECTION_COUNT, &[key::DB_CONNECTION_POOL_NAME]),
            pools: Mutex::default(),
        });
        let observe = |spec: &MetricSpec, level: fn(Levels) -> i64| {
            let registry = Arc::clone(&registry);
            spec.observable_up_down_counter(meter, move |instrument| {
                for (name, levels) in registry.levels() {
                    let name = key::DB_CONNECTION_POOL_NAME.of(name);
                    instrument.observe(level(levels), &[name]);
                }
            });
        };
        observe(&metrics::CONNECTION_IDLE_MAX, |levels| levels.max);
        observe(&metrics::CONNECTION_IDLE_MIN, |levels| levels.min);
        observe(&metrics::CONNECTION_MAX, |levels| levels.max);
        observe(&metrics::CONNECTION_PENDING_REQUESTS, |levels| levels.pending);
        let observed = Arc::clone(&registry);
        metrics::CONNECTION_COUNT.observable_up_down_counter(meter, move |instrument| {
            for (name, levels) in observed.levels() {
                let name = key::DB_CONNECTION_POOL_NAME.of(name);
                let state = |state| key::DB_CONNECTION_STATE.of(state);
                instrument.observe(levels.idle, &[name.clone(), state("idle")]);
                instrument.observe(levels.used, &[name, state("used")]);
            }
        });
        registry
    }

    /// Adds the pool that `make` makes for the name that it will have: `name`, which nobody may
    /// have yet.
    pub(crate) fn add<P: Observed + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(StringValue) -> Arc<P>,
    ) -> Result<Arc<P>, NameTaken> {
        let mut pools = self.living();
        if pools.iter().any(|pool| pool.name == name) {
            return Err(NameTaken { name: name.to_owned() });
        }
        Ok(self.enter(&mut pools, name.to_owned(), make))
    }

    /// Adds a pool under `name`, or the first of `name#2`, `name#3` that nobody has.
    pub(crate) fn add_numbered<P: Observed + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(StringValue) -> Arc<P>,
    ) -> Arc<P> {
        let mut pools = self.living();
        let taken = |name: &str| pools.iter().any(|pool| pool.name == name);
        let numbered = (2..).map(|number| format!("{name}#{number}"));
        let name = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name));
        self.enter(&mut pools, name.unwrap_or_default(), make)
    }

    fn enter<P: Observed + 'static>(
        &self,
        pools: &mut Vec<Entry>,
        name: String,
        make: impl FnOnce(StringValue) -> Arc<P>,
    ) -> Arc<P> {
        let bounded = self.names.bound(&name);
        if bounded == Bounded::OTHER {
            self.folds.count(&key::DB_CONNECTION_POOL_NAME);
        }
        let pool = make(self.names.value(bounded).into());
        let weak: Weak<P> = Arc::downgrade(&pool);
        pools.push(Entry { name, bounded, pool: weak });
        pool
    }

    /// The pools that are still there.
    fn living(&self) -> MutexGuard<'_, Vec<Entry>> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|entry| entry.pool.strong_count() > 0);
        pools
    }

    /// What is to be observed now: those without a name of their own are summed.
    fn levels(&self) -> Vec<(StringValue, Levels)> {
        // Whoever drops the last of a pool drops it without the lock.
        let pools: Vec<_> =
            self.living().iter().map(|entry| (entry.bounded, entry.pool.upgrade())).collect();
        let mut sums: BTreeMap<Bounded, Levels> = BTreeMap::new();
        for (name, pool) in pools {
            if let Some(pool) = pool {
                sums.entry(name).or_default().add(pool.levels());
            }
        }
        sums.into_iter().map(|(name, levels)| (self.names.value(name).into(), levels)).collect()
    }
}

impl Levels {
    fn add(&mut self, other: Self) {
        self.idle = self.idle.saturating_add(other.idle);
        self.used = self.used.saturating_add(other.used);
        self.min = self.min.saturating_add(other.min);
        self.max = self.max.saturating_add(other.max);
        self.pending = self.pending.saturating_add(other.pending);
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}
