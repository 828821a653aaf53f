//! The metrics of one pool's connections.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use kymo_core::Claim;
use kymo_sql::System;
use opentelemetry::{
    KeyValue, StringValue,
    metrics::{BoundCounter, BoundHistogram, Counter, Histogram},
};

use crate::{database::failure::Failure, key, metrics::Instruments};

/// The instruments of one pool, bound to its name.
#[derive(Debug)]
pub(crate) struct PoolSeries {
    name: StringValue,
    wait_time: LateHistogram,
    create_time: LateHistogram,
    use_time: LateHistogram,
    timeouts: BoundCounter<u64>,
    direct_uses: BoundCounter<u64>,
    /// By `error.type`, which is a closed set; not on any hot path.
    errors: Counter<u64>,
    pending: AtomicI64,
}

/// A histogram that is bound when it is first recorded into: one that is empty would be shown with
/// a least and a greatest value all the same.
#[derive(Debug)]
struct LateHistogram {
    histogram: Histogram<f64>,
    bound: OnceLock<BoundHistogram<f64>>,
}

/// A request for a connection that has not been answered yet.
#[derive(Debug)]
pub(crate) struct Pending<'a>(&'a AtomicI64);

impl PoolSeries {
    /// Those of the pool called `name`, which has so many connections `open` already.
    pub(crate) fn new(instruments: &Instruments, name: StringValue, open: u32) -> Self {
        let attributes = [key::DB_CONNECTION_POOL_NAME.of(name.clone())];
        instruments.untimed.add(open.into(), &attributes);
        Self::untold(instruments, name)
    }

    /// Those of a pool called `name` that does not tell of its connections.
    pub(crate) fn untold(instruments: &Instruments, name: StringValue) -> Self {
        let attributes = [key::DB_CONNECTION_POOL_NAME.of(name.clone())];
        let timeouts = instruments.timeouts.bind(&attributes);
        let direct_uses = instruments.direct_uses.bind(&attributes);
        // There from the start, so that the first one is a change.
        timeouts.add(0);
        direct_uses.add(0);
        Self {
            wait_time: LateHistogram::of(&instruments.wait_time),
            create_time: LateHistogram::of(&instruments.create_time),
            use_time: LateHistogram::of(&instruments.use_time),
            timeouts,
            direct_uses,
            errors: instruments.connection_errors.clone(),
            pending: AtomicI64::new(0),
            name,
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.name.as_str()
    }

    /// A request for a connection begins.
    pub(crate) fn request(&self) -> Pending<'_> {
        self.pending.fetch_add(1, Ordering::Relaxed);
        Pending(&self.pending)
    }

    pub(crate) fn pending(&self) -> i64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// A connection was obtained: after `wait`, apart from the time to open it, if it is new.
    pub(crate) fn record_obtained(&self, wait: Duration, create: Option<Duration>) {
        self.wait_time.record(wait.as_secs_f64(), &self.name);
        if let Some(create) = create {
            self.create_time.record(create.as_secs_f64(), &self.name);
        }
    }

    /// A connection was in use for so many seconds.
    pub(crate) fn record_use(&self, seconds: f64) {
        self.use_time.record(seconds, &self.name);
    }

    /// The bare pool or connection is taken out.
    pub(crate) fn count_direct_use(&self) {
        if !Claim::Lending.is_made() {
            self.direct_uses.add(1);
        }
    }

    /// No connection was obtained.
    pub(crate) fn record_error(&self, error: &sqlx::Error, system: System) {
        match error {
            sqlx::Error::PoolTimedOut => self.timeouts.add(1),
            // The program closed it: neither the pool nor the database failed.
            sqlx::Error::PoolClosed => {}
            error => {
                let Some(failure) = Failure::of(error, system) else { return };
                self.errors.add(1, &self.error_attributes(failure.kind));
            }
        }
    }

    fn error_attributes(&self, kind: &'static str) -> [KeyValue; 2] {
        [key::DB_CONNECTION_POOL_NAME.of(self.name.clone()), key::ERROR_TYPE.of(kind)]
    }
}

impl LateHistogram {
    fn of(histogram: &Histogram<f64>) -> Self {
        Self { histogram: histogram.clone(), bound: OnceLock::new() }
    }

    fn record(&self, seconds: f64, pool: &StringValue) {
        let bind = || self.histogram.bind(&[key::DB_CONNECTION_POOL_NAME.of(pool.clone())]);
        self.bound.get_or_init(bind).record(seconds);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
