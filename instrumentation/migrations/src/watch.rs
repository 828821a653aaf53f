//! The state of one database's migrations, as it was last read.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use kymo_core::OneLine;
use sqlx::migrate::Migrator;
use tokio::sync::watch;

use crate::{
    counts::{MigrationCounts, Recorded},
    database_series::DatabaseSeries,
    migrations::Source,
};

/// Keeps what was last read of one database's migrations, and who waits for the next reading.
pub(crate) struct Watch {
    source: Source,
    series: Arc<DatabaseSeries>,
    pace: Pace,
    latest: Mutex<Latest>,
    /// The number of the last request that nobody needs to wait for any longer.
    answered: watch::Sender<u64>,
}

/// How often, and how patiently.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
}

#[derive(Debug, Default)]
struct Latest {
    /// Absent if the last reading failed.
    reading: Option<(Instant, MigrationCounts)>,
    /// By the last reading that did not fail.
    is_ready: bool,
    /// Whether it was said that readings fail.
    is_reported: bool,
    /// Whether there will be no other reading, and none is shown.
    is_over: bool,
}

impl Watch {
    pub(crate) fn new(source: Source, series: Arc<DatabaseSeries>, pace: Pace) -> Self {
        let answered = watch::Sender::new(0);
        Self { source, series, pace, latest: Mutex::default(), answered }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    pub(crate) fn series(&self) -> &DatabaseSeries {
        &self.series
    }

    pub(crate) fn migrator(&self) -> &Migrator {
        (*self.source).borrow()
    }

    /// By the last reading, unless that failed or is older than it can be while all goes well.
    pub(crate) fn counts(&self) -> Option<MigrationCounts> {
        let (read_at, counts) = self.latest().reading?;
        (read_at.elapsed() <= self.oldest()).then_some(counts)
    }

    /// How old a reading may be while all goes well.
    fn oldest(&self) -> Duration {
        let Pace { interval, timeout } = self.pace;
        interval.saturating_add(timeout.saturating_mul(2))
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.latest().is_ready
    }

    pub(crate) fn is_over(&self) -> bool {
        self.latest().is_over
    }

    /// Has a reading begin now, and waits until one that began after this was called is over, or
    /// none is in sight.
    pub(crate) async fn refresh(&self) {
        let request = self.series.ask();
        // It cannot fail: the sender is here.
        let _ = self.answered.subscribe().wait_for(|answered| *answered >= request).await;
    }

    /// Whoever asked for `request` or before need wait no longer.
    pub(crate) fn answer(&self, request: u64) {
        self.answered.send_modify(|answered| *answered = request.max(*answered));
    }

    /// The pool is gone, and there will be no other reading; what was read last is as true as before.
    /// Gives how long it is.
    pub(crate) fn leave(&self) -> Duration {
        self.answer(u64::MAX);
        self.oldest()
    }

    /// There will be no other reading: what was read grows no older, and nobody waits.
    pub(crate) fn end(&self) {
        let mut latest = self.latest();
        latest.reading = None;
        latest.is_over = true;
        drop(latest);
        self.answer(u64::MAX);
    }

    pub(crate) fn publish(&self, recorded: &Recorded, is_migrating: bool) {
        let counts = MigrationCounts::of(self.migrator(), recorded, is_migrating);
        let mut latest = self.latest();
        latest.reading = Some((Instant::now(), counts));
        latest.is_ready = counts.is_ready();
        latest.is_reported = false;
    }

    pub(crate) fn fail(&self, why: &dyn fmt::Display) {
        self.series.count_read_error();
        let mut latest = self.latest();
        latest.reading = None;
        if !std::mem::replace(&mut latest.is_reported, true) {
            drop(latest);
            let database = self.series.name().value.as_str();
            tracing::warn!(%database, "the state of migrations cannot be read: {}", OneLine(why));
        }
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
