//! The pools that are observed at every collection.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kymo_core::{Bounded, MetricSpec, OTHER, Roster, ValueBudget, sum_by_name};
use opentelemetry::{StringValue, metrics::Meter};

use crate::{database::names::Names, key, metrics};

/// A pool that can be asked at a collection.
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

/// The measured pools and their names, both held weakly.
pub(crate) struct Registry {
    budget: ValueBudget,
    names: Mutex<Names>,
    pools: Roster<Bounded, Weak<dyn Observed>>,
}

/// A name that is taken for as long as a pool holds it.
#[derive(Debug)]
pub(crate) struct PoolName {
    bounded: Bounded,
}

/// Why a pool cannot have the name that it was given.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolNameError {
    /// A pool that is still measured has it.
    #[error("a measured pool is already called {name:?}; give one of the two another name")]
    #[non_exhaustive]
    Taken {
        /// The name.
        name: String,
    },
    /// It is empty, or what pools are called that have no name of their own.
    #[error("a pool cannot be called {name:?}; give it another name, or none")]
    #[non_exhaustive]
    Reserved {
        /// The name.
        name: String,
    },
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for PoolNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        kymo_core::sentence(self, f)
    }
}

impl Registry {
    /// A registry whose pools are observed by instruments of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let registry = Arc::new(Self {
            budget: key::DB_CONNECTION_POOL_NAME.budget(meter, &metrics::CONNECTION_COUNT),
            names: Mutex::default(),
            pools: Roster::weak(),
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

    /// Takes `name`, which nobody may have.
    pub(crate) fn take(&self, name: &str) -> Result<Arc<PoolName>, PoolNameError> {
        if name.is_empty() || name == OTHER {
            return Err(PoolNameError::Reserved { name: name.to_owned() });
        }
        let mut names = self.names();
        if names.hold(name) {
            return Err(PoolNameError::Taken { name: name.to_owned() });
        }
        Ok(self.enter(&mut names, name.to_owned()))
    }

    /// Takes `name`, or `name#2`, `name#3` and so on if somebody has it.
    pub(crate) fn take_numbered(&self, name: &str) -> Arc<PoolName> {
        let mut names = self.names();
        let free = names.first_free(name);
        self.enter(&mut names, free)
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value of the attribute: the name within the budget of names.
    pub(crate) fn value(&self, name: &PoolName) -> StringValue {
        self.budget.value(name.bounded).into()
    }

    /// Observes `pool` for as long as it is there.
    pub(crate) fn observe<P: Observed + 'static>(&self, name: &PoolName, pool: &Arc<P>) {
        let pool: Weak<P> = Arc::downgrade(pool);
        drop(self.pools.watch(name.bounded, pool));
    }

    fn enter(&self, names: &mut Names, text: String) -> Arc<PoolName> {
        let name = Arc::new(PoolName { bounded: self.budget.bound(&text) });
        names.enter(text, &name);
        name
    }

    /// The levels to observe now: those of pools without a name of their own are summed.
    fn levels(&self) -> Vec<(StringValue, Levels)> {
        let pools = self.pools.there().into_iter();
        let levels = pools.filter_map(|(name, pool)| Some((name, Some(pool.upgrade()?.levels()))));
        let sums = sum_by_name(levels, Levels::and);
        sums.map(|(name, levels)| (self.budget.value(name).into(), levels)).collect()
    }
}

impl Levels {
    /// Those of two pools of one name.
    fn and(self, other: Self) -> Self {
        Self {
            idle: self.idle.saturating_add(other.idle),
            used: self.used.saturating_add(other.used),
            min: self.min.saturating_add(other.min),
            max: self.max.saturating_add(other.max),
            pending: self.pending.saturating_add(other.pending),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}
