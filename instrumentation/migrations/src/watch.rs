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
    instruments::DatabaseSeries,
    migrations::Source,
};

/// What is known of one database's migrations, and who wants to know.
pub(crate) struct Watch {
    source: Source,
    series: Arc<DatabaseSeries>,
    pace: Pace,
    latest: Mutex<Latest>,
    /// The number of the last request for a reading.
    asked: Arc<watch::Sender<u64>>,
    /// The number of the last request that a reading was finished for.
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
}

impl Watch {
    pub(crate) fn new(
        source: Source,
        series: Arc<DatabaseSeries>,
        pace: Pace,
        asked: Arc<watch::Sender<u64>>,
    ) -> Self {
        let answered = watch::Sender::new(0);
        Self { source, series, pace, latest: Mutex::default(), asked, answered }
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

    /// Has a reading begin now, and waits until one that began after this was called is over.
    pub(crate) async fn refresh(&self) {
        let mut request = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            request = *asked;
        });
        // It cannot fail: the sender is here.
        let _ = self.answered.subscribe().wait_for(|answered| *answered >= request).await;
    }

    /// Reads for ever what `read` says.
    ///
    /// One at a time: a question that is not answered in time goes on being asked, so that a database
    /// that hangs takes one connection out of the pool, and no question is given up half way.
    pub(crate) async fn keep_reading<F>(self: Arc<Self>, read: impl Fn(Arc<Self>) -> F)
    where
        F: Future<Output = Result<Recorded, MigrateError>>,
    {
        let over = Over(&self);
        let mut asked = self.asked.subscribe();
        loop {
            let request = *asked.borrow_and_update();
            let under_way = self.series.under_way();
            let mut reading = pin!(read(Arc::clone(&self)));
            let answer = timeout(self.pace.timeout, reading.as_mut()).await;
            match &answer {
                Ok(Ok(recorded)) => self.publish(recorded, under_way),
                Ok(Err(error)) => self.fail(error),
                Err(late) => self.fail(late),
            }
            over.0.answered.send_replace(request);
            if answer.is_ok() {
                let _ = timeout(self.pace.interval, asked.changed()).await;
                continue;
            }
            while let Err(late) = timeout(self.pace.timeout, reading.as_mut()).await {
                self.fail(&late);
                self.answered.send_replace(*asked.borrow_and_update());
            }
        }
    }

    /// Says once that nothing will be read.
    pub(crate) fn give_up(&self, why: &dyn fmt::Display) {
        self.fail(why);
        self.answered.send_replace(u64::MAX);
    }

    fn publish(&self, recorded: &Recorded, mut under_way: Vec<i64>) {
        under_way.extend(self.series.under_way());
        let counts = MigrationCounts::of(self.migrator(), recorded, &under_way);
        *self.latest() = Latest {
            reading: Some((Instant::now(), counts)),
            is_ready: counts.is_ready(),
            is_reported: false,
        };
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

/// However the reading ends, nobody waits for it any longer, and what was read grows old no more.
struct Over<'a>(&'a Watch);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.latest().reading = None;
        self.0.answered.send_replace(u64::MAX);
    }
}
