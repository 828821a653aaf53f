//! The instruments of all measured connections of one meter provider.

use kymo_core::{Bounded, Folds, Place, PlaceKey, Places, SeriesCache, ValueBudget};
use opentelemetry::metrics::{BoundHistogram, Counter, Histogram, Meter};

use crate::{key, metrics, series::OperationKey, server::Server};

/// Series bound at most, beside a quarter more that are folded; below the SDK's own limit.
const SERIES: usize = 1000;
/// Failures that keep their command when the room for series is taken.
const FAILED_COMMANDS: usize = 250;

#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) vocabulary: Vocabulary,
    /// Counts the redirects of clusters.
    #[allow(dead_code, reason = "clusters are a feature")]
    pub(crate) redirects: Counter<u64>,
    duration: Histogram<f64>,
    operations: SeriesCache<OperationKey, BoundHistogram<f64>>,
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
        let folded = [key::DB_RESPONSE_STATUS_CODE.key, key::DB_OPERATION_NAME];
        Self {
            vocabulary: Vocabulary {
                places: Places::new(meter, spec),
                statuses: key::DB_RESPONSE_STATUS_CODE.budget(meter, spec),
            },
            duration: spec.histogram(meter),
            operations: SeriesCache::with_reserve(
                SERIES,
                FAILED_COMMANDS,
                Folds::new(meter, spec, &folded),
            ),
            redirects: metrics::REDIRECTS.counter(meter),
        }
    }

    /// The key of a database, which is that of all others where there are too many.
    pub(crate) fn place(&self, namespace: &str, server: Option<&Server>) -> PlaceKey {
        self.vocabulary.places.bound(Place {
            system: "redis",
            namespace: Some(namespace),
            address: server.map(|server| server.address.as_str()),
            port: server.and_then(Server::unusual_port),
        })
    }

    /// `code` within the budget of status codes.
    pub(crate) fn status(&self, code: &str) -> Bounded {
        self.vocabulary.statuses.bound(code)
    }

    /// Records one finished operation.
    pub(crate) fn record(&self, key: OperationKey, seconds: f64) {
        let bind = |key: OperationKey| self.duration.bind(&key.attributes(&self.vocabulary));
        self.operations.with(key, bind, |duration| duration.record(seconds));
    }
}
