//! The runtimes that are watched.

use std::{
    collections::BTreeMap,
    fmt, future,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kymo_core::{Bounded, ValueBudget};
use opentelemetry::StringValue;
use tokio::runtime::{Handle, Id};

use crate::{counters::Totals, levels::Level};

/// The runtimes that are watched, and the sums of those that have ended.
pub(crate) struct Watch {
    names: ValueBudget,
    runtimes: Mutex<Runtimes>,
}

#[derive(Default)]
struct Runtimes {
    alive: Vec<Runtime>,
    /// A counter never falls, so what ended runtimes counted stays.
    ended: BTreeMap<Bounded, Totals>,
}

struct Runtime {
    name: Bounded,
    id: Id,
    handle: Handle,
    sentinel: Weak<()>,
}

impl Watch {
    /// Watches none yet; its names are bounded by `names`.
    pub(crate) fn new(names: ValueBudget) -> Self {
        Self { names, runtimes: Mutex::default() }
    }

    /// Begins to watch a runtime, unless it is watched.
    pub(crate) fn add(&self, name: &str, handle: &Handle) {
        let mut runtimes = self.settled();
        if runtimes.alive.iter().any(|runtime| runtime.id == handle.id()) {
            return;
        }
        let name = self.names.bound(name);
        let alive = Arc::new(());
        let sentinel = Arc::downgrade(&alive);
        // A runtime drops its tasks when it ends, and at once those that it is given later.
        handle.spawn(hold(alive));
        let handle = handle.clone();
        runtimes.alive.push(Runtime { name, id: handle.id(), handle, sentinel });
    }

    /// What `level` is now, by name, without the runtimes that have ended.
    pub(crate) fn level(&self, level: &Level) -> Vec<(StringValue, i64)> {
        let mut sums = BTreeMap::new();
        for runtime in &self.settled().alive {
            let value = (level.read)(&runtime.handle.metrics());
            let sum = sums.entry(runtime.name).or_insert(0_i64);
            *sum = sum.saturating_add(i64::try_from(value).unwrap_or(i64::MAX));
        }
        self.named(sums)
    }

    /// What was counted until now, by name.
    pub(crate) fn totals(&self) -> Vec<(StringValue, Totals)> {
        let runtimes = self.settled();
        let mut sums = runtimes.ended.clone();
        for runtime in &runtimes.alive {
            sums.entry(runtime.name).or_default().add(&Totals::of(&runtime.handle.metrics()));
        }
        drop(runtimes);
        self.named(sums)
    }

    /// The runtimes, those that have ended moved to their sums.
    fn settled(&self) -> MutexGuard<'_, Runtimes> {
        let mut guard = self.runtimes.lock().unwrap_or_else(PoisonError::into_inner);
        let runtimes = &mut *guard;
        for gone in runtimes.alive.extract_if(.., |runtime| runtime.sentinel.strong_count() == 0) {
            let totals = Totals::of(&gone.handle.metrics());
            runtimes.ended.entry(gone.name).or_default().add(&totals);
        }
        guard
    }

    fn named<T>(&self, sums: BTreeMap<Bounded, T>) -> Vec<(StringValue, T)> {
        let name = |name| StringValue::from(self.names.value(name));
        sums.into_iter().map(|(bounded, value)| (name(bounded), value)).collect()
    }
}

/// Holds `alive` until it is dropped.
async fn hold(alive: Arc<()>) {
    future::pending::<()>().await;
    drop(alive);
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
