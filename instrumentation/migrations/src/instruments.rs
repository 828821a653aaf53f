//! The instruments of all migrations of one meter provider, and those of one database.
//!
//! They are not bound to every version: a migration is nobody's hot path.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kymo_core::{Bounded, Folds, InFlight, MetricKind, MetricSpec, ValueBudget, key};
use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundUpDownCounter, Counter, Histogram, Meter, UpDownCounter},
};

use crate::{direction::Direction, metrics, timing::timed};
use sqlx::migrate::MigrateError;

#[derive(Debug)]
pub(crate) struct Instruments {
    duration: Histogram<f64>,
    run_duration: Histogram<f64>,
    lock_wait_time: Histogram<f64>,
    running: UpDownCounter<i64>,
    read_errors: Counter<u64>,
    databases: ValueBudget,
    versions: ValueBudget,
    folds: Folds,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        let keys = [key::DB_CONNECTION_POOL_NAME, key::MIGRATION_VERSION];
        let [databases, versions] =
            keys.map(|key| ValueBudget::new(key.limit().unwrap_or_default()));
        Self {
            duration: histogram(&metrics::DURATION, meter),
            run_duration: histogram(&metrics::RUN_DURATION, meter),
            lock_wait_time: histogram(&metrics::LOCK_WAIT_TIME, meter),
            running: metrics::RUNNING.up_down_counter(meter),
            read_errors: metrics::READ_ERRORS.counter(meter),
            databases,
            versions,
            folds: Folds::new(meter, &metrics::DURATION, &keys),
        }
    }

    fn version(&self, version: i64) -> KeyValue {
        let bounded = self.versions.bound(&version.to_string());
        if bounded == Bounded::OTHER {
            self.folds.count(&key::MIGRATION_VERSION);
        }
        key::MIGRATION_VERSION.of(self.versions.value(bounded))
    }
}

fn histogram(metric: &MetricSpec, meter: &Meter) -> Histogram<f64> {
    let buckets = match metric.kind {
        MetricKind::Histogram { buckets } => buckets,
        _ => &[],
    };
    metric.histogram(meter, buckets)
}

/// What the migrations of one database are recorded into.
#[derive(Debug)]
pub(crate) struct DatabaseSeries {
    instruments: Arc<Instruments>,
    name: KeyValue,
    running: BoundUpDownCounter<i64>,
    read_errors: BoundCounter<u64>,
    /// The versions that this process is running.
    under_way: Mutex<Vec<i64>>,
}

impl DatabaseSeries {
    /// Those of the database called `name`; the 65th name and later ones are `_OTHER`.
    pub(crate) fn new(instruments: Arc<Instruments>, name: &str) -> Self {
        let bounded = instruments.databases.bound(name);
        if bounded == Bounded::OTHER {
            instruments.folds.count(&key::DB_CONNECTION_POOL_NAME);
        }
        let name = key::DB_CONNECTION_POOL_NAME.of(instruments.databases.value(bounded));
        let attributes = std::slice::from_ref(&name);
        // Both are there from now on, at zero.
        let running = instruments.running.bind(attributes);
        let read_errors = instruments.read_errors.bind(attributes);
        Self { instruments, name, running, read_errors, under_way: Mutex::default() }
    }

    pub(crate) fn name(&self) -> &KeyValue {
        &self.name
    }

    /// Runs one migration.
    pub(crate) async fn migration<T>(
        &self,
        version: i64,
        direction: Direction,
        migration: impl Future<Output = Result<T, MigrateError>>,
    ) -> Result<T, MigrateError> {
        let _running = InFlight::enter(&self.running);
        let _under_way = UnderWay::enter(&self.under_way, version);
        timed(migration, |elapsed, error| {
            let direction = key::MIGRATION_DIRECTION.of(direction.name());
            let version = self.instruments.version(version);
            self.record(&self.instruments.duration, elapsed, error, [direction, version]);
        })
        .await
    }

    /// Runs all that are to be run.
    pub(crate) async fn run(
        &self,
        direction: Direction,
        run: impl Future<Output = Result<(), MigrateError>>,
    ) -> Result<(), MigrateError> {
        timed(run, |elapsed, error| {
            let direction = key::MIGRATION_DIRECTION.of(direction.name());
            self.record(&self.instruments.run_duration, elapsed, error, [direction]);
        })
        .await
    }

    /// Waits for the lock.
    pub(crate) async fn lock(
        &self,
        lock: impl Future<Output = Result<(), MigrateError>>,
    ) -> Result<(), MigrateError> {
        timed(lock, |elapsed, error| {
            self.record(&self.instruments.lock_wait_time, elapsed, error, []);
        })
        .await
    }

    pub(crate) fn count_read_error(&self) {
        self.read_errors.add(1);
    }

    /// The versions that are being run at this moment.
    pub(crate) fn under_way(&self) -> Vec<i64> {
        lock(&self.under_way).clone()
    }

    fn record<const N: usize>(
        &self,
        histogram: &Histogram<f64>,
        elapsed: Duration,
        error: Option<&'static str>,
        rest: [KeyValue; N],
    ) {
        // In the order of their keys: the SDK stores any other order twice.
        let error = error.map(|error| key::ERROR_TYPE.of(error));
        let attributes: Vec<_> = [self.name.clone()].into_iter().chain(error).chain(rest).collect();
        histogram.record(elapsed.as_secs_f64(), &attributes);
    }
}

/// A version that is being run.
struct UnderWay<'a> {
    versions: &'a Mutex<Vec<i64>>,
    version: i64,
}

impl<'a> UnderWay<'a> {
    fn enter(versions: &'a Mutex<Vec<i64>>, version: i64) -> Self {
        lock(versions).push(version);
        Self { versions, version }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut versions = lock(self.versions);
        if let Some(place) = versions.iter().position(|version| *version == self.version) {
            versions.swap_remove(place);
        }
    }
}

fn lock(versions: &Mutex<Vec<i64>>) -> MutexGuard<'_, Vec<i64>> {
    versions.lock().unwrap_or_else(PoisonError::into_inner)
}
