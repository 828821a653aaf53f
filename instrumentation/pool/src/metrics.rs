//! Every metric this crate emits; their instruments are the callbacks', which ask the pools.

use kymo_core::{MetricKind, MetricSpec, Scope, key::AttributeKey};

use crate::key;

const POOL: &[AttributeKey] = &[key::DB_CONNECTION_POOL_NAME.key];

/// When all of them are observed.
const ASKED: &str =
    "Asked of the pools that `telemetry.pool(…)` and `telemetry.sqlx(…)` made, at each collection.";

/// When those are observed that not every pool tells.
const ASKED_IF_TOLD: &str = "Asked of the pools that `telemetry.pool(…)` and `telemetry.sqlx(…)` made, at each collection; \
     absent for a pool that does not tell it.";

/// Connections of a pool, idle and used; one that is being opened counts as used.
pub const CONNECTION_COUNT: MetricSpec = MetricSpec::new(
    "db.client.connection.count",
    MetricKind::UpDownCounter,
    "{connection}",
    "The number of connections that are currently in the state described by the state attribute.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, key::DB_CONNECTION_STATE])
.recorded(ASKED);

/// How many connections may be idle: in sqlx, all of them.
pub const CONNECTION_IDLE_MAX: MetricSpec = MetricSpec::new(
    "db.client.connection.idle.max",
    MetricKind::UpDownCounter,
    "{connection}",
    "The maximum number of idle open connections allowed.",
)
.with_attributes(POOL)
.recorded(ASKED_IF_TOLD);

/// How many connections the pool keeps open.
pub const CONNECTION_IDLE_MIN: MetricSpec = MetricSpec::new(
    "db.client.connection.idle.min",
    MetricKind::UpDownCounter,
    "{connection}",
    "The minimum number of idle open connections allowed.",
)
.with_attributes(POOL)
.recorded(ASKED_IF_TOLD);

/// How many connections the pool opens at most.
pub const CONNECTION_MAX: MetricSpec = MetricSpec::new(
    "db.client.connection.max",
    MetricKind::UpDownCounter,
    "{connection}",
    "The maximum number of open connections allowed.",
)
.with_attributes(POOL)
.recorded(ASKED_IF_TOLD);

/// Requests for a connection that have not been answered yet.
pub const CONNECTION_PENDING_REQUESTS: MetricSpec = MetricSpec::new(
    "db.client.connection.pending_requests",
    MetricKind::UpDownCounter,
    "{request}",
    "The number of current pending requests for an open connection.",
)
.with_attributes(POOL)
.recorded(ASKED_IF_TOLD);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    CONNECTION_COUNT,
    CONNECTION_IDLE_MAX,
    CONNECTION_IDLE_MIN,
    CONNECTION_MAX,
    CONNECTION_PENDING_REQUESTS,
];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
