//! The metrics of tokio runtimes.

use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;
use tokio::runtime::Handle;

use crate::{
    counters, key,
    metrics::{self, COUNTERS, LEVELS, SCOPE},
    watch::Watch,
};

/// The metrics of tokio runtimes, by the name that the program gives to each.
///
/// The numbers that stable tokio tells are always there. A program that is built with
/// `RUSTFLAGS="--cfg tokio_unstable"` sees polls, steals, forced yields and blocking threads too.
/// All values are sums over the workers of a runtime, and over the runtimes of one name.
///
/// Every clone watches for the same meters. Make one for a provider: two that watch runtimes of
/// the same name hide each other's values.
#[derive(Debug, Clone)]
pub struct RuntimeMetrics {
    watch: Arc<Watch>,
}

impl RuntimeMetrics {
    /// Observes the runtimes that it is told to watch whenever a reader of `meters` collects.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        let names = key::RUNTIME_NAME.budget(&meter, &metrics::ALIVE_TASKS);
        let watch = Arc::new(Watch::new(names, metrics::DELAY.histogram(&meter)));
        for level in LEVELS {
            let watch = Arc::clone(&watch);
            level.spec.observable_up_down_counter(&meter, move |to| {
                for (name, value) in watch.level(level) {
                    to.observe(value, &[key::RUNTIME_NAME.of(name)]);
                }
            });
        }
        for (position, counter) in COUNTERS.iter().enumerate() {
            let watch = Arc::clone(&watch);
            counter.spec.observable_counter(&meter, move |to| {
                for (name, totals) in watch.totals() {
                    to.observe(totals.counted(position), &[key::RUNTIME_NAME.of(name)]);
                }
            });
        }
        if counters::HAS_BUSY_TIME {
            let watch = Arc::clone(&watch);
            metrics::BUSY_TIME.observable_real_counter(&meter, move |to| {
                for (name, totals) in watch.totals() {
                    to.observe(totals.busy.as_secs_f64(), &[key::RUNTIME_NAME.of(name)]);
                }
            });
        }
        Self { watch }
    }

    /// Watches the runtime of `handle` as `name`, such as `main`, until it ends.
    ///
    /// The runtime is not kept alive. To notice its end, one task is spawned on it, which a thread of this
    /// crate wakes nearly five times a second: how late it is woken is `kymo.tokio.delay`.
    /// `kymo.tokio.alive_tasks` leaves that task out, [`num_alive_tasks`] of tokio does not. When the
    /// runtime has ended, its levels are absent and its counters stand still; once none is left, the thread
    /// ends.
    ///
    /// A runtime that is watched already keeps its name. The first 32 names are kept apart; runtimes
    /// of later ones are summed as `_OTHER`, and counted in `kymo.cardinality.folded`.
    ///
    /// [`num_alive_tasks`]: tokio::runtime::RuntimeMetrics::num_alive_tasks
    pub fn watch(&self, name: &str, handle: &Handle) {
        self.watch.add(name, handle);
    }
}
