//! The instruments of all migrations of one meter provider.
//!
//! They are not bound to every version: a migration is nobody's hot path.

use kymo_core::ValueBudget;
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter},
};

use crate::{key, metrics};

#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    pub(crate) last_duration: Gauge<f64>,
    pub(crate) run_duration: Histogram<f64>,
    pub(crate) lock_wait_time: Histogram<f64>,
    pub(crate) running: UpDownCounter<i64>,
    pub(crate) read_errors: Counter<u64>,
    databases: ValueBudget,
    versions: ValueBudget,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            duration: metrics::DURATION.histogram(meter),
            last_duration: metrics::LAST_DURATION.gauge(meter),
            run_duration: metrics::RUN_DURATION.histogram(meter),
            lock_wait_time: metrics::LOCK_WAIT_TIME.histogram(meter),
            running: metrics::RUNNING.up_down_counter(meter),
            read_errors: metrics::READ_ERRORS.counter(meter),
            databases: key::DB_CONNECTION_POOL_NAME.budget(meter, &metrics::DURATION),
            versions: key::MIGRATION_VERSION.budget(meter, &metrics::LAST_DURATION),
        }
    }

    /// The 65th name and later ones are `_OTHER`.
    pub(crate) fn database(&self, name: &str) -> KeyValue {
        let bounded = self.databases.bound(name);
        key::DB_CONNECTION_POOL_NAME.of(self.databases.value(bounded))
    }

    /// The 201st version and later ones are `_OTHER`.
    pub(crate) fn version(&self, version: i64) -> KeyValue {
        let bounded = self.versions.bound(&version.to_string());
        key::MIGRATION_VERSION.of(self.versions.value(bounded))
    }
}
