//! The recorder of all layers of one meter provider.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kymo_core::{
    Bounded, Folds, OperationKind, Operations, Part, Places, SeriesCache, ValueBudget,
};
use kymo_sql::{Dialect, System};
use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundHistogram, Meter},
};

use crate::{
    key,
    metrics::{self, Instruments},
    series::{StatementKey, StatementSeries},
    text::{Said, StatementTexts},
    wait_reading::WaitReading,
};

/// Series bound at most, beside a quarter more that are folded; below the SDK's own limit, whose overflow
/// would lose every attribute at once.
const SERIES: usize = 1000;

/// Records statements and waits, each into the series of its attributes.
#[derive(Debug)]
pub(crate) struct Recorder {
    instruments: Instruments,
    pub(crate) places: Places,
    summaries: ValueBudget,
    accounts: Operations,
    statements: SeriesCache<StatementKey, StatementSeries>,
    texts: Box<[(Dialect, OnceLock<Arc<StatementTexts>>)]>,
    /// Of statements without a summary: there from the start, so that 0 can be read.
    unmeasured: OnceLock<BoundCounter<u64>>,
    wait_time: OnceLock<BoundHistogram<f64>>,
    /// A pool tells of waits that are not slow.
    tells_every_wait: AtomicBool,
}

impl Recorder {
    pub(crate) fn new(meter: &Meter) -> Self {
        let duration = &metrics::OPERATION_DURATION;
        let folds = Folds::new(meter, duration, &[key::DB_QUERY_SUMMARY.key]);
        let instruments = Instruments::new(meter);
        // There from the start, so that the first one is a change.
        instruments.unread.add(0, &[]);
        let dialects = System::ALL.map(|system| (system.dialect(), OnceLock::new()));
        Self {
            instruments,
            places: Places::new(meter, duration),
            summaries: key::DB_QUERY_SUMMARY.budget(meter, duration),
            accounts: Operations::new(meter, OperationKind::Sql),
            statements: SeriesCache::new(SERIES, folds),
            texts: dialects.into(),
            unmeasured: OnceLock::new(),
            wait_time: OnceLock::new(),
            tells_every_wait: AtomicBool::new(false),
        }
    }

    /// The texts in `dialect` that are known so far.
    pub(crate) fn texts(&self, dialect: Dialect) -> Arc<StatementTexts> {
        let new = || Arc::new(StatementTexts::new(dialect));
        let known = self.texts.iter().find(|(known, _)| *known == dialect);
        known.map_or_else(new, |(_, texts)| Arc::clone(texts.get_or_init(new)))
    }

    /// The name of a statement in its series.
    ///
    /// Whether the server took it is not told, so each takes a place.
    pub(crate) fn summary(&self, said: &Said) -> Option<Bounded> {
        said.summary.as_ref().map(|summary| summary.admitted(&self.summaries))
    }

    /// Records one statement, which has just ended; `returned` is absent if it was not one that returns rows.
    pub(crate) fn record(&self, key: StatementKey, seconds: f64, returned: Option<u64>) {
        self.accounts.add_past(Part::Sql, duration(seconds));
        self.enter(key.summary);
        self.with(key, |series| {
            let bind = || self.instruments.duration.bind(&self.attributes(series.key));
            series.duration.get_or_init(bind).record(seconds);
            if let Some(rows) = returned {
                let bind = || self.instruments.returned_rows.bind(&self.attributes(series.key));
                series.returned_rows.get_or_init(bind).record(rows);
            }
        });
    }

    /// Enters one statement into the account of whoever it ran for.
    fn enter(&self, summary: Option<Bounded>) {
        match summary.map(|summary| self.summaries.counted(summary)) {
            Some(summary) if summary != Bounded::OTHER => {
                self.accounts.enter_query(summary, || self.summaries.value(summary));
            }
            _ => self.accounts.enter(),
        }
    }

    /// Counts one that went round what is measured, whoever records it.
    pub(crate) fn count_unmeasured(&self, key: StatementKey) {
        self.with(key, |series| {
            let summary = |it| key::DB_QUERY_SUMMARY.of(self.summaries.value(it));
            let summary: Vec<_> = series.key.summary.map(summary).into_iter().collect();
            let bind = || self.instruments.unmeasured.bind(&summary);
            series.unmeasured.get_or_init(bind).add(1);
        });
    }

    fn with(&self, key: StatementKey, record: impl FnOnce(&StatementSeries)) {
        let bind = |key| StatementSeries {
            duration: OnceLock::new(),
            returned_rows: OnceLock::new(),
            unmeasured: OnceLock::new(),
            key,
        };
        self.statements.with(key, bind, record);
    }

    fn attributes(&self, key: StatementKey) -> Vec<KeyValue> {
        key.attributes(&self.places, &self.summaries)
    }

    /// A pool is measured: says how many statements went round it, also if there are none.
    pub(crate) fn note_claim(&self) {
        self.unmeasured.get_or_init(|| {
            let none = self.instruments.unmeasured.bind(&[]);
            none.add(0);
            none
        });
    }

    /// Records one wait, if pools tell of all of them.
    pub(crate) fn record_wait(&self, wait: &WaitReading) {
        let Some(seconds) = wait.seconds else { return self.count_unread() };
        // Also of slow waits alone: it was time of whoever waited.
        self.accounts.add_past(Part::PoolWait, duration(seconds));
        if !wait.is_slow {
            self.tells_every_wait.store(true, Ordering::Relaxed);
        } else if !self.tells_every_wait.load(Ordering::Relaxed) {
            return;
        }
        let bind = || self.instruments.wait_time.bind(&[]);
        self.wait_time.get_or_init(bind).record(seconds);
    }

    /// An event could not be read, or not whole.
    pub(crate) fn count_unread(&self) {
        self.instruments.unread.add(1, &[]);
    }
}

/// As long as an event says, which may be longer than anything is.
pub(crate) fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
