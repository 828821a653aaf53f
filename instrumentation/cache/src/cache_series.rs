//! The series of one cache.

use std::sync::OnceLock;

use kymo_core::{KnownValues, Outcome};
use opentelemetry::{
    KeyValue, StringValue,
    metrics::{BoundCounter, BoundHistogram},
};

use crate::{
    key,
    metrics::Instruments,
    values::{CacheResult, EvictionCause},
};

/// No failure of a load has a name: its error is the program's own.
const FAILURES: KnownValues = KnownValues::of(&[]);

/// The series of one cache. Requests and writes are there from the start, at zero, so that the first
/// one is a rate.
#[derive(Debug)]
pub(crate) struct CacheSeries {
    name: KeyValue,
    requests: [BoundCounter<u64>; CacheResult::ALL.len()],
    writes: BoundCounter<u64>,
    evictions: [OnceLock<BoundCounter<u64>>; EvictionCause::ALL.len()],
    /// By how they ended: well, failed, cancelled, panicked.
    loads: [OnceLock<BoundHistogram<f64>>; 4],
    instruments: Instruments,
}

impl CacheSeries {
    pub(crate) fn new(instruments: &Instruments, name: StringValue) -> Self {
        let name = key::CACHE_NAME.of(name);
        let requests = CacheResult::ALL.map(|result| {
            instruments.requests.bind(&[name.clone(), key::CACHE_RESULT.of(result.name())])
        });
        Self {
            requests,
            writes: instruments.writes.bind(std::slice::from_ref(&name)),
            evictions: Default::default(),
            loads: Default::default(),
            instruments: instruments.clone(),
            name,
        }
    }

    /// The name as it is in the metrics, which is `_OTHER` if there are too many.
    pub(crate) fn name(&self) -> &KeyValue {
        &self.name
    }

    #[inline]
    pub(crate) fn count(&self, result: CacheResult, entries: u64) {
        self.requests[result as usize].add(entries);
        self.instruments.entered.enter_many(entries);
    }

    pub(crate) fn count_writes(&self, entries: u64) {
        self.writes.add(entries);
    }

    /// Has evictions be there from now on, at zero.
    pub(crate) fn expect_evictions(&self) {
        for cause in EvictionCause::ALL {
            self.eviction(cause);
        }
    }

    pub(crate) fn count_evictions(&self, cause: EvictionCause, entries: u64) {
        self.eviction(cause).add(entries);
    }

    fn eviction(&self, cause: EvictionCause) -> &BoundCounter<u64> {
        self.evictions[cause as usize].get_or_init(|| {
            let cause = key::CACHE_EVICTION_CAUSE.of(cause.name());
            self.instruments.evictions.bind(&[cause, self.name.clone()])
        })
    }

    pub(crate) fn record_load(&self, seconds: f64, outcome: Outcome) {
        let series = match outcome {
            Outcome::Success => &self.loads[0],
            Outcome::Cancelled | Outcome::Timeout => &self.loads[1],
            Outcome::Panic => &self.loads[2],
            Outcome::Failed(_) => &self.loads[3],
        };
        let bind = || {
            let error = outcome.error_type(&FAILURES).map(str::to_owned);
            let error = error.map(|error| key::ERROR_TYPE.of(error));
            let attributes: Vec<_> = error.into_iter().chain([self.name.clone()]).collect();
            self.instruments.load_duration.bind(&attributes)
        };
        series.get_or_init(bind).record(seconds);
    }
}
