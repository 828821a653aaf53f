//! The reading of one database's migrations, over and over, in the background.

use std::{
    fmt,
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::migrate::{MigrateError, Migrator};
use tokio::{sync::watch, time::timeout};

use crate::{
    counts::{MigrationCounts, Recorded},
    database_series::DatabaseSeries,
    migrations::Source,
};

/// What is known of one database's migrations, and who wants to know.
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
    /// Whether there will be no other reading.
    is_over: bool,
}

impl Watch {
    pub(crate) fn new(source: Source, series: Arc<DatabaseSeries>, pace: Pace) -> Self {
        let answered = watch::Sender::new(0);
        Self { source, series, pace, latest: Mutex::default(), answered }
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
        let Pace { interval, timeout } = self.pace;
        let oldest = interval.saturating_add(timeout.saturating_mul(2));
        (read_at.elapsed() <= oldest).then_some(counts)
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

    /// Says once that nothing will be read.
    pub(crate) fn give_up(self: Arc<Self>, why: &dyn fmt::Display) {
        self.fail(why);
        drop(Reader(self));
    }

    fn publish(&self, recorded: &Recorded, is_migrating: bool) {
        let counts = MigrationCounts::of(self.migrator(), recorded, is_migrating);
        let mut latest = self.latest();
        latest.reading = Some((Instant::now(), counts));
        latest.is_ready = counts.is_ready();
        latest.is_reported = false;
    }

    fn fail(&self, why: &dyn fmt::Display) {
        self.series.count_read_error();
        let mut latest = self.latest();
        latest.reading = None;
        if !std::mem::replace(&mut latest.is_reported, true) {
            drop(latest);
            let database = self.series.name().value.as_str();
            tracing::warn!(%database, "the state of migrations cannot be read: {why}");
        }
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever reads. When it is dropped, run or not, nobody waits for a reading any longer, and none is
/// shown.
pub(crate) struct Reader(Arc<Watch>);

impl Reader {
    pub(crate) fn of(watch: &Arc<Watch>) -> Self {
        Self(Arc::clone(watch))
    }

    /// Reads what `read` says, over and over, until that says that the pool is closed.
    ///
    /// One at a time: a question that is not answered in time goes on being asked, so that a database
    /// that hangs takes one connection out of the pool, and no question is given up half way.
    pub(crate) async fn read<F>(self, read: impl Fn(Arc<Watch>) -> F)
    where
        F: Future<Output = Result<Recorded, MigrateError>>,
    {
        let Pace { interval, timeout: patience } = self.0.pace;
        let watch = &*self.0;
        let mut asked = watch.series.requests();
        loop {
            let request = *asked.borrow_and_update();
            let since = watch.series.since_now();
            let mut reading = pin!(read(Arc::clone(&self.0)));
            match timeout(patience, reading.as_mut()).await {
                Ok(Ok(recorded)) => watch.publish(&recorded, since.was_any()),
                Ok(Err(MigrateError::Execute(sqlx::Error::PoolClosed))) => return,
                Ok(Err(error)) => watch.fail(&error),
                Err(_late) => {
                    loop {
                        watch.fail(&format_args!("no answer within {patience:?}"));
                        // Also those who asked since: there is nothing to tell them.
                        watch.answered.send_replace(*asked.borrow_and_update());
                        if timeout(patience, reading.as_mut()).await.is_ok() {
                            break;
                        }
                    }
                    continue;
                }
            }
            watch.answered.send_replace(request);
            let _ = timeout(interval, asked.changed()).await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut latest = self.0.latest();
        latest.reading = None;
        latest.is_over = true;
        drop(latest);
        self.0.answered.send_replace(u64::MAX);
    }
}
