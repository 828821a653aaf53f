//! Every metric this crate emits beside those of `kymo-cache`.

use kymo_core::{MetricKind, MetricSpec, buckets, key};

/// Time from the first poll of a command, or of a pipeline, until its reply, its error or its drop.
///
/// Its buckets are those that the conventions advise, and three below one millisecond.
pub const OPERATION_DURATION: MetricSpec = MetricSpec {
    name: "db.client.operation.duration",
    kind: MetricKind::Histogram { buckets: buckets::REDIS_DURATION },
    unit: "s",
    description: "Duration of database client operations.",
    attributes: &[
        key::DB_NAMESPACE,
        key::DB_OPERATION_NAME,
        key::DB_RESPONSE_STATUS_CODE,
        key::DB_SYSTEM_NAME,
        key::ERROR_TYPE,
        key::SERVER_ADDRESS,
        key::SERVER_PORT,
    ],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[OPERATION_DURATION];
