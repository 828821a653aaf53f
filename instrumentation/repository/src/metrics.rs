//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, buckets, key};

/// Time that a method of a repository took, from the first poll of its future, or its call, until its
/// answer; one for each, however it ended.
pub const OPERATION_DURATION: MetricSpec = MetricSpec {
    name: "kymo.repository.operation.duration",
    kind: MetricKind::Histogram { buckets: buckets::REPOSITORY_DURATION },
    unit: "s",
    description: "Duration of one call of a repository's method.",
    attributes: &[key::ERROR_TYPE, key::REPOSITORY_METHOD, key::REPOSITORY_NAME],
};

/// Entities that were inserted, updated or deleted for good; what was rolled back never was.
pub const ENTITY_CHANGES: MetricSpec = MetricSpec {
    name: "kymo.repository.entity.changes",
    kind: MetricKind::Counter,
    unit: "{entity}",
    description: "Entities that were inserted, updated or deleted.",
    attributes: &[key::ENTITY_NAME, key::ENTITY_OPERATION],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[OPERATION_DURATION, ENTITY_CHANGES];
