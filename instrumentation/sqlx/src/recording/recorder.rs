//! The recorder of all measured pools of one meter provider.

use std::sync::{Arc, OnceLock};

use kymo_core::{
    Bounded, Folds, OperationKind, Operations, PlaceKey, Places, SeriesCache, SeriesHint,
    ValueBudget,
};
use kymo_sql::System;
use opentelemetry::metrics::{BoundCounter, Meter};

use crate::{
    database::identity::Identity,
    key,
    metrics::{self, Instruments},
    recording::{
        series::{ChangeKey, OperationKey, OperationSeries},
        statements::Statements,
    },
};

/// Series bound at most for a metric, beside a quarter more that are folded; below the SDK's own
/// limit, whose overflow would lose every attribute at once.
const SERIES: usize = 1000;
/// Failures that keep their statement when the room for series is taken.
const FAILED_STATEMENTS: usize = 250;

/// Records operations and changed rows, each into the series of its attributes.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) instruments: Instruments,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) accounts: Operations,
    operations: SeriesCache<OperationKey, OperationSeries>,
    changes: SeriesCache<ChangeKey, BoundCounter<u64>>,
    statements: Box<[(System, OnceLock<Arc<Statements>>)]>,
}

/// The values of attributes that are not known at compile time.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) places: Places,
    pub(crate) summaries: ValueBudget,
    pub(crate) tables: ValueBudget,
    pub(crate) statuses: ValueBudget,
}

impl Recorder {
    pub(crate) fn new(meter: &Meter) -> Self {
        let folds = |spec, attributes: &[_]| Folds::new(meter, spec, attributes);
        let operation = &metrics::OPERATION_DURATION;
        let folded = [key::DB_RESPONSE_STATUS_CODE.key, key::DB_QUERY_SUMMARY.key];
        Self {
            instruments: Instruments::new(meter),
            vocabulary: Vocabulary {
                places: Places::new(meter, operation),
                summaries: key::DB_QUERY_SUMMARY.budget(meter, operation),
                tables: key::DB_COLLECTION_NAME.budget(meter, &metrics::ROWS_CHANGED),
                statuses: key::DB_RESPONSE_STATUS_CODE.budget(meter, operation),
            },
            accounts: Operations::new(meter, OperationKind::Sql),
            operations: SeriesCache::with_reserve(
                SERIES,
                FAILED_STATEMENTS,
                folds(operation, &folded),
            ),
            changes: SeriesCache::new(
                SERIES,
                folds(&metrics::ROWS_CHANGED, &[key::DB_COLLECTION_NAME.key]),
            ),
            statements: System::ALL.map(|system| (system, OnceLock::new())).into(),
        }
    }

    /// The key of a database, whose name is `_OTHER` when there are too many.
    pub(crate) fn place(&self, identity: &Identity) -> PlaceKey {
        self.vocabulary.places.bound(identity.place())
    }

    /// The statements in the dialect of `system` that are known so far.
    pub(crate) fn statements(&self, system: System) -> Arc<Statements> {
        let new = || Arc::new(Statements::new(system));
        let known = self.statements.iter().find(|(known, _)| *known == system);
        known.map_or_else(new, |(_, statements)| Arc::clone(statements.get_or_init(new)))
    }

    /// `code` within the budget of status codes.
    pub(crate) fn status(&self, code: &str) -> Bounded {
        self.vocabulary.statuses.bound(code)
    }

    /// Records one finished operation; `returned` is absent if it was not one that returns rows.
    pub(crate) fn record(&self, key: OperationKey, seconds: f64, returned: Option<u64>) {
        let bind = |key: OperationKey| OperationSeries {
            duration: self.instruments.duration.bind(&key.attributes(&self.vocabulary)),
            returned_rows: OnceLock::new(),
            key,
        };
        self.enter(key.summary);
        self.operations.with(key, bind, |series| self.record_in(series, seconds, returned));
    }

    /// As [`Recorder::record`], into the series that the operation has of its own.
    #[inline]
    pub(crate) fn record_into(
        &self,
        series: &OperationSeries,
        seconds: f64,
        returned: Option<u64>,
    ) {
        self.enter(series.key.summary);
        self.record_in(series, seconds, returned);
    }

    /// The series that operations of `key` have of their own, if nothing of it is folded.
    pub(crate) fn own_series(&self, key: OperationKey) -> Option<&Arc<OperationSeries>> {
        self.operations.find(key).filter(|_| key.summary != Some(Bounded::OTHER))
    }

    #[inline]
    fn record_in(&self, series: &OperationSeries, seconds: f64, returned: Option<u64>) {
        series.duration.record(seconds);
        if let Some(rows) = returned {
            let returned_rows = &self.instruments.returned_rows;
            let bind = || returned_rows.bind(&series.key.attributes(&self.vocabulary));
            series.returned_rows.get_or_init(bind).record(rows);
        }
    }

    /// Enters one operation into the account of whoever it ran for.
    #[inline]
    fn enter(&self, summary: Option<Bounded>) {
        let summaries = &self.vocabulary.summaries;
        match summary.map(|summary| summaries.counted(summary)) {
            Some(summary) if summary != Bounded::OTHER => {
                self.accounts.enter_query(summary, || summaries.value(summary));
            }
            _ => self.accounts.enter(),
        }
    }

    /// Counts rows that were changed for good, in the series that is mostly found with this hint.
    pub(crate) fn count_change(&self, hint: &SeriesHint, key: ChangeKey, rows: u64) {
        let counter = &self.instruments.rows_changed;
        let bind = |key: ChangeKey| counter.bind(&key.attributes(&self.vocabulary));
        self.vocabulary.tables.counted(key.changed.table);
        self.changes.with_hint(hint, key, bind, |counter| counter.add(rows));
    }
}
