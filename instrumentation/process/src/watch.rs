//! The runtimes that are watched.

use std::{
    collections::BTreeMap,
    fmt, future,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kymo_core::{Bounded, Roll, Roster, ValueBudget, sum_by_name};
use opentelemetry::StringValue;
use tokio::runtime::Handle;

use crate::{counters::Totals, levels::Level};

/// The runtimes that are watched, and the sums of those that have ended.
pub(crate) struct Watch {
    names: ValueBudget,
    runtimes: Roster<Bounded, Runtime>,
    /// The counts of runtimes that have ended, since a counter never falls. Whoever looks at the runtimes
    /// has this locked, so that a runtime that ends is counted in one of the two.
    ended: Mutex<Ended>,
}

type Ended = BTreeMap<Bounded, Totals>;

/// A runtime, and a task on it that is there for as long as it is.
#[derive(Clone)]
struct Runtime {
    handle: Handle,
    sentinel: Weak<()>,
}

impl Watch {
    /// Watches none yet; its names are bounded by `names`.
    pub(crate) fn new(names: ValueBudget) -> Self {
        let runtimes = Roster::new(|runtime: &Runtime| runtime.sentinel.strong_count() == 0);
        Self { names, runtimes, ended: Mutex::default() }
    }

    /// Begins to watch a runtime, unless it is watched.
    pub(crate) fn add(&self, name: &str, handle: &Handle) {
        let (mut ended, alive) = self.settled();
        if alive.iter().any(|(_, runtime)| runtime.handle.id() == handle.id()) {
            return;
        }
        let name = self.names.bound(name);
        let alive = Arc::new(());
        let sentinel = Arc::downgrade(&alive);
        // A runtime drops its tasks when it ends, and at once those that it is given later.
        handle.spawn(hold(alive));
        let gone = self.runtimes.watch(name, Runtime { handle: handle.clone(), sentinel });
        end(&mut ended, gone);
    }

    /// The sums of `level` now, by name, without the runtimes that have ended.
    pub(crate) fn level(&self, level: &Level) -> Vec<(StringValue, i64)> {
        let alive = self.settled().1;
        let levels = alive.into_iter().map(|(name, runtime)| {
            let level = (level.read)(&runtime.handle.metrics());
            (name, Some(i64::try_from(level).unwrap_or(i64::MAX)))
        });
        self.named(sum_by_name(levels, i64::saturating_add))
    }

    /// The counts until now, by name.
    pub(crate) fn totals(&self) -> Vec<(StringValue, Totals)> {
        let (ended, alive) = self.settled();
        let told = alive.iter().map(|(name, it)| (*name, Some(Totals::of(&it.handle.metrics()))));
        let told = told.chain(ended.iter().map(|(name, totals)| (*name, Some(*totals))));
        self.named(sum_by_name(told, Totals::and))
    }

    /// The runtimes that are there, and the sums of those that have ended.
    fn settled(&self) -> (MutexGuard<'_, Ended>, Vec<(Bounded, Runtime)>) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let Roll { there, gone } = self.runtimes.settle();
        end(&mut ended, gone);
        (ended, there)
    }

    fn named<T>(&self, sums: impl Iterator<Item = (Bounded, T)>) -> Vec<(StringValue, T)> {
        let name = |name| StringValue::from(self.names.value(name));
        sums.map(|(bounded, value)| (name(bounded), value)).collect()
    }
}

/// Adds the counts of `gone` to the sums.
fn end(ended: &mut Ended, gone: Vec<(Bounded, Runtime)>) {
    for (name, runtime) in gone {
        let sum = ended.entry(name).or_default();
        *sum = sum.and(Totals::of(&runtime.handle.metrics()));
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
