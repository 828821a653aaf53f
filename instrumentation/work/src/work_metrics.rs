//! The units of work of a program, by name.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kymo_core::{
    Account, BillSettings, Bills, Bounded, Fold, Folds, OTHER, Outcome, SeriesCache, ValueBudget,
};
use opentelemetry::metrics::{BoundHistogram, Histogram, MeterProvider};

use crate::{
    key,
    metrics::{self, SCOPE},
    series::{Vocabulary, WorkKey},
    unit_of_work::UnitOfWork,
};

/// Measures units of work through the meters of one provider.
///
/// Clones share their instruments.
#[derive(Debug, Clone)]
pub struct WorkMetrics(Arc<Shared>);

/// Shared by all units of one provider.
#[derive(Debug)]
pub(crate) struct Shared {
    duration: Histogram<f64>,
    durations: SeriesCache<WorkKey, BoundHistogram<f64>>,
    vocabulary: Vocabulary,
    bills: Bills,
}

impl WorkMetrics {
    /// Instruments from `meters`, for any number of units.
    ///
    /// A query is repeated from the tenth time on, and a poll blocks that takes longer than 10 ms. Look-ups in
    /// caches and calls of repositories are not among the operations of a unit: they have metrics by name.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        let spec = &metrics::DURATION;
        let name = key::UNIT_OF_WORK_NAME;
        Self(Arc::new(Shared {
            duration: metrics::duration(&meter),
            durations: SeriesCache::new(SERIES, Folds::new(&meter, spec, &[key::ERROR_TYPE])),
            vocabulary: Vocabulary {
                names: name.budget(&meter, spec),
                errors: ValueBudget::new(ERRORS, Fold::new(&meter, spec, key::ERROR_TYPE)),
            },
            bills: Bills::new(
                &meter,
                metrics::bill_instruments(&meter),
                BillSettings::default(),
                (name, name.limit()),
                (&metrics::TIME, &metrics::REPEATED_QUERIES),
            ),
        }))
    }

    /// The unit of work called `name`, which is the same for everybody who asks for it; its duration is there from
    /// now on, at zero.
    ///
    /// The first 64 names are kept apart. Later ones, and an empty one, are `_OTHER`, and counted in
    /// `kymo.cardinality.folded` once for each call of this.
    pub fn unit_of_work(&self, name: &str) -> UnitOfWork {
        let name = self.0.vocabulary.names.bound_name(name);
        self.0.with(WorkKey { name, outcome: Outcome::Success }, |_| {});
        UnitOfWork::new(Arc::clone(&self.0), name)
    }
}

impl Shared {
    /// The name as it is in the metrics.
    pub(crate) fn name(&self, name: Bounded) -> Arc<str> {
        self.vocabulary.names.value(name)
    }

    /// The outcome of a unit that failed as `name`, a word of few.
    pub(crate) fn failed(&self, name: &'static str) -> Outcome {
        Outcome::Failed(match name {
            OTHER => Bounded::OTHER,
            name => self.vocabulary.errors.bound_name(name),
        })
    }

    /// The account of a unit that began at `started`.
    pub(crate) fn account(&self, started: Instant) -> Option<Account> {
        self.bills.account(started)
    }

    /// Records how long a unit took.
    pub(crate) fn record(&self, key: WorkKey, elapsed: Duration) {
        self.with(key, |series| series.record(elapsed.as_secs_f64()));
    }

    /// Records the bill of a unit that took `elapsed`.
    pub(crate) fn record_bill(&self, name: Bounded, account: &mut Account, elapsed: Duration) {
        self.bills.record(Some(name), |name| self.name(name), account, elapsed);
    }

    fn with(&self, key: WorkKey, record: impl FnOnce(&BoundHistogram<f64>)) {
        let bind = |key: WorkKey| self.duration.bind(&key.attributes(&self.vocabulary));
        self.durations.with(key, bind, record);
    }
}

/// How many series `kymo.unit_of_work.duration` may have before it folds: all names with all that they can end as, and
/// some that have names.
const SERIES: usize = 500;

/// How many names of errors are kept apart, beside `cancelled`, `panic`, `timeout` and `_OTHER`.
const ERRORS: u16 = 32;
