//! The runtimes that are watched.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kymo_core::{Bounded, Roll, Roster, ValueBudget, sum_by_name};
use opentelemetry::{StringValue, metrics::Histogram};
use tokio::runtime::Handle;

use crate::{
    bell::{Answer, Bell},
    counters::Totals,
    key,
    levels::Level,
    ringer::Ringer,
};

/// The runtimes that are watched, and the sums of those that have ended.
pub(crate) struct Watch {
    names: ValueBudget,
    runtimes: Roster<Bounded, Runtime>,
    /// The counts of runtimes that have ended, since a counter never falls. Whoever looks at the runtimes
    /// has this locked, so that a runtime that ends is counted in one of the two.
    ended: Mutex<Ended>,
    delay: Histogram<f64>,
    ringer: Arc<Ringer>,
}

type Ended = BTreeMap<Bounded, Totals>;

/// A runtime, and a task on it that is there for as long as it is.
#[derive(Clone)]
struct Runtime {
    handle: Handle,
    sentinel: Weak<()>,
}

impl Watch {
    /// Watches none yet; its names are bounded by `names`, and `delay` is told how late their tasks are woken.
    pub(crate) fn new(names: ValueBudget, delay: Histogram<f64>) -> Self {
        let runtimes = Roster::new(|runtime: &Runtime| runtime.sentinel.strong_count() == 0);
        Self { names, runtimes, ended: Mutex::default(), delay, ringer: Arc::default() }
    }

    /// Begins to watch a runtime, unless it is watched.
    pub(crate) fn add(&self, name: &str, handle: &Handle) {
        let (roll, mut ended) = self.settled();
        if roll.there.iter().any(|(_, runtime)| runtime.handle.id() == handle.id()) {
            return;
        }
        let name = self.names.bound(name);
        let value = StringValue::from(self.names.value(name));
        let bell = Arc::new(Bell::new(self.delay.bind(&[key::RUNTIME_NAME.of(value)])));
        let alive = Arc::new(());
        let sentinel = Arc::downgrade(&alive);
        let gone = self.runtimes.watch(name, Runtime { handle: handle.clone(), sentinel });
        end(&mut ended, &gone);
        drop(ended);
        // A runtime drops its tasks when it ends, and at once those that it is given later.
        handle.spawn(hold(alive, bell.answered()));
        self.ringer.hang(bell);
    }

    /// The sums of `level` now, by name, without the runtimes that have ended.
    pub(crate) fn level(&self, level: &Level) -> Vec<(StringValue, i64)> {
        let (roll, ended) = self.settled();
        drop(ended);
        let levels = roll.there.iter().map(|(name, runtime)| {
            let level = (level.read)(&runtime.handle.metrics());
            (*name, Some(i64::try_from(level).unwrap_or(i64::MAX)))
        });
        self.named(sum_by_name(levels, i64::saturating_add))
    }

    /// The counts until now, by name.
    pub(crate) fn totals(&self) -> Vec<(StringValue, Totals)> {
        let (roll, ended) = self.settled();
        let told =
            roll.there.iter().map(|(name, it)| (*name, Some(Totals::of(&it.handle.metrics()))));
        let told = told.chain(ended.iter().map(|(name, totals)| (*name, Some(*totals))));
        self.named(sum_by_name(told, Totals::and))
    }

    /// The runtimes that are there, and the sums of those that have ended, to be unlocked first: what the
    /// program gave a runtime may be dropped with the last handle.
    fn settled(&self) -> (Roll<Bounded, Runtime>, MutexGuard<'_, Ended>) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let roll = self.runtimes.settle();
        end(&mut ended, &roll.gone);
        (roll, ended)
    }

    fn named<T>(&self, sums: impl Iterator<Item = (Bounded, T)>) -> Vec<(StringValue, T)> {
        let name = |name| StringValue::from(self.names.value(name));
        sums.map(|(bounded, value)| (name(bounded), value)).collect()
    }
}

/// Adds the counts of `gone` to the sums.
fn end(ended: &mut Ended, gone: &[(Bounded, Runtime)]) {
    for (name, runtime) in gone {
        let sum = ended.entry(*name).or_default();
        *sum = sum.and(Totals::of(&runtime.handle.metrics()));
    }
}

/// Holds `alive` until it is dropped, and answers.
async fn hold(alive: Arc<()>, answer: Answer) {
    answer.await;
    drop(alive);
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use opentelemetry_sdk::metrics::SdkMeterProvider;
    use tokio::runtime::Builder;

    use super::*;
    use crate::metrics::{DELAY, LEVELS, SCOPE};

    /// Looks at the runtimes when it is dropped.
    struct Looks(Arc<Watch>);

    impl Drop for Looks {
        fn drop(&mut self) {
            self.0.totals();
        }
    }

    #[test]
    fn what_is_dropped_with_a_runtime_may_look_at_runtimes() {
        let looks: [fn(&Watch); 3] = [
            |watch| drop(watch.totals()),
            |watch| drop(watch.level(&LEVELS[0])),
            |watch| {
                let runtime = Builder::new_current_thread().build().unwrap();
                watch.add("long", runtime.handle());
            },
        ];
        for look in looks {
            let delay = DELAY.histogram(&SCOPE.meter(&SdkMeterProvider::default()));
            let watch = Arc::new(Watch::new(ValueBudget::uncounted(8), delay));
            let looks = Looks(Arc::clone(&watch));
            let park = move || {
                let _ = &looks;
            };
            let runtime = Builder::new_current_thread().on_thread_park(park).build().unwrap();
            watch.add("short", runtime.handle());
            drop(runtime);
            let (done, looked) = mpsc::channel();
            thread::spawn(move || {
                look(&watch);
                done.send(()).unwrap();
            });
            looked.recv_timeout(Duration::from_secs(10)).expect("it has looked");
        }
    }
}
