//! The instruments of all measured connections of one meter provider.

use kymo_core::{Bounded, Folds, SeriesCache, ValueBudget};
#[cfg(feature = "cluster")]
use opentelemetry::metrics::{BoundCounter, Counter};
use opentelemetry::metrics::{BoundHistogram, Histogram, Meter};

use crate::{
    key, metrics,
    place::{Namespace, PlaceKey, Places, Server},
    series::OperationKey,
};

/// Series bound at most, beside a quarter more that are folded; below the SDK's own limit.
const SERIES: usize = 1000;
/// Failures that keep their command when the room for series is taken.
const FAILED_COMMANDS: usize = 250;

#[derive(Debug)]
pub(crate) struct Instruments {
    vocabulary: Vocabulary,
    duration: Histogram<f64>,
    operations: SeriesCache<OperationKey, BoundHistogram<f64>>,
    #[cfg(feature = "cluster")]
    redirects: Counter<u64>,
}

/// The values of attributes that are not known at compile time.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) places: Places,
    pub(crate) statuses: ValueBudget,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        let spec = &metrics::OPERATION_DURATION;
        let folded =
            [key::DB_RESPONSE_STATUS_CODE.key, key::DB_OPERATION_NAME, key::DB_NAMESPACE.key];
        let statuses = key::DB_RESPONSE_STATUS_CODE.limit();
        Self {
            vocabulary: Vocabulary { places: Places::new(), statuses: ValueBudget::new(statuses) },
            duration: spec.histogram(meter),
            operations: SeriesCache::with_reserve(
                SERIES,
                FAILED_COMMANDS,
                Folds::new(meter, spec, &folded),
            ),
            #[cfg(feature = "cluster")]
            redirects: metrics::REDIRECTS.counter(meter),
        }
    }

    /// The key of a database, which is that of all others where there are too many.
    pub(crate) fn place(&self, namespace: &Namespace, server: Option<&Server>) -> PlaceKey {
        let (key, is_in_full) = self.vocabulary.places.admit(namespace, server);
        if !is_in_full {
            self.operations.folds().count(&key::DB_NAMESPACE.key);
        }
        key
    }

    /// What counts redirects of one kind.
    #[cfg(feature = "cluster")]
    pub(crate) fn redirects(&self, place: PlaceKey, kind: &'static str) -> BoundCounter<u64> {
        let mut attributes = self.vocabulary.places.attributes(place);
        attributes.push(key::DB_SYSTEM_NAME.of("redis"));
        attributes.push(key::REDIS_REDIRECT.of(kind));
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        self.redirects.bind(&attributes)
    }

    /// `code` within the budget of status codes.
    pub(crate) fn status(&self, code: &str) -> Bounded {
        let bounded = self.vocabulary.statuses.bound(code);
        if bounded == Bounded::OTHER {
            self.operations.folds().count(&key::DB_RESPONSE_STATUS_CODE.key);
        }
        bounded
    }

    /// Records one finished operation.
    pub(crate) fn record(&self, key: OperationKey, seconds: f64) {
        let bind = |key: OperationKey| self.duration.bind(&key.attributes(&self.vocabulary));
        self.operations.with(key, bind, |duration| duration.record(seconds));
    }
}
