//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{MetricKind, MetricSpec, Scope, buckets, key::AttributeKey};
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::key;

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: the name that the program gives to the error, `cancelled`, `panic` or \
     `_OTHER`; absent on success.",
);

/// Time that a method of a repository took, from the first poll of its future, or its call, until its
/// answer; one for each, however it ended.
pub const OPERATION_DURATION: MetricSpec = MetricSpec::new(
    "kymo.repository.operation.duration",
    MetricKind::Histogram { buckets: buckets::SHORT_DURATION },
    "s",
    "Duration of one call of a repository's method.",
)
.with_attributes(&[ERROR_TYPE, key::REPOSITORY_METHOD.key, key::REPOSITORY_NAME.key])
.recorded("Once for each call of a method of a `telemetry.repository(…)`, however it ended.");

/// Entities that were inserted, updated or deleted for good; what was rolled back never was.
pub const ENTITY_CHANGES: MetricSpec = MetricSpec::new(
    "kymo.repository.entity.changes",
    MetricKind::Counter,
    "{entity}",
    "Entities that were inserted, updated or deleted.",
)
.with_attributes(&[key::ENTITY_NAME.key, key::ENTITY_OPERATION])
.recorded("When a change is told to an entity of a repository, or its change set is committed.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[OPERATION_DURATION, ENTITY_CHANGES];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all repositories of one meter provider.
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    pub(crate) changes: Counter<u64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            duration: OPERATION_DURATION.histogram(meter),
            changes: ENTITY_CHANGES.counter(meter),
        }
    }
}
