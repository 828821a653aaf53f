//! The series of repeated queries.

use std::sync::Arc;

use opentelemetry::metrics::{BoundCounter, Counter, Meter};

use crate::{
    Bounded, Folds, MetricSpec, SeriesCache, SeriesKey, ValueBudget,
    key::{self, AttributeKey, BudgetedKey},
};

/// Counts those that repeated a query, by their owner and its summary.
///
/// There are 400 series of such, a quarter more where the summary is `_OTHER`, and one for each owner at most.
#[derive(Debug)]
pub(super) struct Repeated {
    counter: Option<Counter<u64>>,
    owner: BudgetedKey,
    summaries: ValueBudget,
    series: SeriesCache<RepeatedKey, BoundCounter<u64>>,
}

const SERIES: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct RepeatedKey {
    owner: Option<Bounded>,
    summary: Bounded,
}

impl SeriesKey for RepeatedKey {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let folded = Self { summary: Bounded::OTHER, ..self };
        (folded != self).then_some((folded, key::DB_QUERY_SUMMARY.key))
    }

    fn is_shared(&self) -> bool {
        self.owner.is_none()
    }
}

impl Repeated {
    pub(super) fn new(
        meter: &Meter,
        counter: Option<Counter<u64>>,
        owner: BudgetedKey,
        spec: &MetricSpec,
    ) -> Self {
        Self {
            counter,
            owner,
            summaries: key::DB_QUERY_SUMMARY.budget(meter, spec),
            series: SeriesCache::new(SERIES, Folds::new(meter, spec, &[key::DB_QUERY_SUMMARY.key])),
        }
    }

    /// One of this owner repeated a query.
    pub(super) fn count(
        &self,
        owner: Option<Bounded>,
        text: impl Fn(Bounded) -> Arc<str>,
        summary: &str,
    ) {
        let Some(counter) = &self.counter else { return };
        let bind = |key: RepeatedKey| {
            let summary = key::DB_QUERY_SUMMARY.of(self.summaries.value(key.summary));
            let owner = key.owner.map(|owner| self.owner.of(text(owner)));
            let attributes: Vec<_> = [summary].into_iter().chain(owner).collect();
            counter.bind(&attributes)
        };
        let key = RepeatedKey { owner, summary: self.summaries.bound(summary) };
        self.series.with(key, bind, |counter| counter.add(1));
    }
}
