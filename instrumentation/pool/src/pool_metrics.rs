//! The pools of a program, by name.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kymo_core::{Bounded, MetricSpec, OTHER, Roster, ValueBudget, sum_by_name};
use opentelemetry::metrics::{Meter, MeterProvider};

use crate::{
    key,
    metrics::{self, SCOPE},
    names::Names,
    observed_pool::ObservedPool,
    pool_name::{PoolName, PoolNameError},
    pool_state::PoolState,
    round::{Round, States},
    watched::{Ask, Watched},
};

/// Observes pools through the meters of one provider.
///
/// Clones share their instruments, and the names of their pools. Make one for each provider: two of
/// one provider do not know each other's names, and their gauges overwrite one another.
#[derive(Clone)]
pub struct PoolMetrics(Arc<Registry>);

/// The observed pools and their names, both held weakly.
struct Registry {
    budget: ValueBudget,
    names: Mutex<Names>,
    pools: Roster<Bounded, Arc<dyn Ask>>,
    round: Round,
}

impl PoolMetrics {
    /// Instruments from `meters`, for any number of pools.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        let registry = Arc::new(Registry {
            budget: key::DB_CONNECTION_POOL_NAME.budget(&meter, &metrics::CONNECTION_COUNT),
            names: Mutex::default(),
            pools: Roster::new(|pool: &Arc<dyn Ask>| pool.is_gone()),
            round: Round::default(),
        });
        registry.observe(&meter);
        Self(registry)
    }

    /// Observes `pool` under `name`, for as long as somebody has what this returns: `state` is asked at
    /// each collection.
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another pool has the name, and is still there, or nobody may have it.
    pub fn pool<P, F>(
        &self,
        name: &str,
        pool: P,
        state: F,
    ) -> Result<ObservedPool<P>, PoolNameError>
    where
        P: Send + Sync + 'static,
        F: Fn(&P) -> PoolState + Send + Sync + 'static,
    {
        let taken = self.take(name)?;
        let pool = ObservedPool::new(name, Arc::clone(&taken), pool);
        self.watch(&taken, pool.shared(), move |shared| {
            shared.was_asked();
            state(shared.pool())
        });
        Ok(pool)
    }

    /// Takes `name`, for as long as somebody has what this returns.
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another pool has the name, and is still there, or nobody may have it.
    pub fn take(&self, name: &str) -> Result<Arc<PoolName>, PoolNameError> {
        if name.is_empty() || name == OTHER {
            return Err(PoolNameError::Reserved { name: name.to_owned() });
        }
        let mut names = self.0.names();
        if names.hold(name) {
            return Err(PoolNameError::Taken { name: name.to_owned() });
        }
        Ok(self.0.enter(&mut names, name.to_owned()))
    }

    /// Takes `name`, or `name#2`, `name#3` and so on if somebody has it.
    pub fn take_numbered(&self, name: &str) -> Arc<PoolName> {
        let mut names = self.0.names();
        let free = names.first_free(name);
        self.0.enter(&mut names, free)
    }

    /// Asks for the `state` of `pool` at each collection, for as long as somebody else has the pool.
    ///
    /// Several pools of one value, which are those that exceed the budget of names, are summed.
    pub fn watch<P, F>(&self, name: &PoolName, pool: &Arc<P>, state: F)
    where
        P: Send + Sync + 'static,
        F: Fn(&P) -> PoolState + Send + Sync + 'static,
    {
        let watched = Watched::new(name.value().clone(), Arc::downgrade(pool), state);
        drop(self.0.pools.watch(name.bounded, Arc::new(watched)));
    }
}

impl Registry {
    fn observe(self: &Arc<Self>, meter: &Meter) {
        let level = |spec: &'static MetricSpec, level: fn(&PoolState) -> Option<i64>| {
            let registry = Arc::clone(self);
            spec.observable_up_down_counter(meter, move |instrument| {
                for (name, state) in &*registry.states(spec) {
                    if let Some(level) = level(state) {
                        instrument.observe(level, &[key::DB_CONNECTION_POOL_NAME.of(name.clone())]);
                    }
                }
            });
        };
        level(&metrics::CONNECTION_IDLE_MAX, |state| state.idle_max);
        level(&metrics::CONNECTION_IDLE_MIN, |state| state.idle_min);
        level(&metrics::CONNECTION_MAX, |state| state.max);
        level(&metrics::CONNECTION_PENDING_REQUESTS, |state| state.waiting);
        let registry = Arc::clone(self);
        metrics::CONNECTION_COUNT.observable_up_down_counter(meter, move |instrument| {
            for (name, state) in &*registry.states(&metrics::CONNECTION_COUNT) {
                let name = key::DB_CONNECTION_POOL_NAME.of(name.clone());
                let of = |state| key::DB_CONNECTION_STATE.of(state);
                instrument.observe(state.idle, &[name.clone(), of("idle")]);
                instrument.observe(state.used, &[name, of("used")]);
            }
        });
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, names: &mut Names, text: String) -> Arc<PoolName> {
        let bounded = self.budget.bound(&text);
        let name = Arc::new(PoolName::new(bounded, self.budget.value(bounded).into()));
        names.enter(text, &name);
        name
    }

    /// The states that `gauge` shows of this collection.
    fn states(&self, gauge: &'static MetricSpec) -> States {
        self.round.states(gauge.name, || self.ask())
    }

    /// The states of now: those of pools without a name of their own are summed.
    fn ask(&self) -> States {
        let pools = self.pools.there().into_iter();
        let states = pools.filter_map(|(name, pool)| Some((name, pool.ask()?.ok())));
        let sums = sum_by_name(states, PoolState::and);
        sums.map(|(name, state)| (self.budget.value(name).into(), state)).collect()
    }
}

impl fmt::Debug for PoolMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolMetrics").finish_non_exhaustive()
    }
}
