//! The series that the migrations of one database are recorded into.

use std::{future::Future, sync::Arc, time::Duration};

use kymo_core::InFlight;
use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundUpDownCounter, Histogram},
};
use sqlx::migrate::MigrateError;
use tokio::sync::watch;

use crate::{
    direction::Direction,
    key,
    metrics::Instruments,
    timing::timed,
    under_way::{Since, UnderWay},
};

/// The series of one database; whoever migrates it and whoever watches it share them.
#[derive(Debug)]
pub(crate) struct DatabaseSeries {
    instruments: Arc<Instruments>,
    name: KeyValue,
    running: BoundUpDownCounter<i64>,
    read_errors: BoundCounter<u64>,
    under_way: UnderWay,
    /// The number of the last request to read how things stand.
    asked: watch::Sender<u64>,
}

impl DatabaseSeries {
    /// Those of the database called `name`.
    pub(crate) fn new(instruments: Arc<Instruments>, name: &str) -> Self {
        let name = instruments.database(name);
        let attributes = std::slice::from_ref(&name);
        // Both are there from now on, at zero.
        let running = instruments.running.bind(attributes);
        let read_errors = instruments.read_errors.bind(attributes);
        let (under_way, asked) = (UnderWay::default(), watch::Sender::new(0));
        Self { instruments, name, running, read_errors, under_way, asked }
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
        let _under_way = self.under_way.enter();
        timed(migration, |elapsed, error| {
            let direction = key::MIGRATION_DIRECTION.of(direction.name());
            let version = self.instruments.version(version);
            self.record(&self.instruments.duration, elapsed, error, [direction.clone()]);
            let attributes = self.attributes(error, [direction, version]);
            self.instruments.last_duration.record(elapsed.as_secs_f64(), &attributes);
        })
        .await
    }

    /// Runs all that are to be run; then has those who watch look again.
    pub(crate) async fn run(
        &self,
        direction: Direction,
        run: impl Future<Output = Result<(), MigrateError>>,
    ) -> Result<(), MigrateError> {
        let _looking = LookAgain(self);
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

    /// Asks those who watch to look again; the number of this request.
    pub(crate) fn ask(&self) -> u64 {
        let mut request = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            request = *asked;
        });
        request
    }

    /// The number of the last request, now and whenever there is a new one.
    pub(crate) fn requests(&self) -> watch::Receiver<u64> {
        self.asked.subscribe()
    }

    /// For knowing whether this process was migrating since now.
    pub(crate) fn since_now(&self) -> Since<'_> {
        self.under_way.since_now()
    }

    fn record<const N: usize>(
        &self,
        histogram: &Histogram<f64>,
        elapsed: Duration,
        error: Option<&'static str>,
        rest: [KeyValue; N],
    ) {
        histogram.record(elapsed.as_secs_f64(), &self.attributes(error, rest));
    }

    /// In the order of their keys: the SDK stores any other order twice.
    fn attributes<const N: usize>(
        &self,
        error: Option<&'static str>,
        rest: [KeyValue; N],
    ) -> Vec<KeyValue> {
        let error = error.map(|error| key::ERROR_TYPE.of(error));
        [self.name.clone()].into_iter().chain(error).chain(rest).collect()
    }
}

/// When a run is over, however it ended.
struct LookAgain<'a>(&'a DatabaseSeries);

impl Drop for LookAgain<'_> {
    fn drop(&mut self) {
        self.0.ask();
    }
}
