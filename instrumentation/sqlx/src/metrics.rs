//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, buckets, key, key::AttributeKey};

/// What an operation is described by once it has ended.
const OPERATION: &[AttributeKey] = &[
    key::DB_NAMESPACE,
    key::DB_QUERY_SUMMARY,
    key::DB_RESPONSE_STATUS_CODE,
    key::DB_SYSTEM_NAME,
    key::ERROR_TYPE,
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
];

const POOL: &[AttributeKey] = &[key::DB_CONNECTION_POOL_NAME];

/// Time from when a connection was there until the last row, the error or the drop; where no
/// connection was to be had, the time that was waited for one.
///
/// Its buckets are those that the conventions advise, and three below one millisecond.
pub const OPERATION_DURATION: MetricSpec = MetricSpec {
    name: "db.client.operation.duration",
    kind: MetricKind::Histogram { buckets: buckets::DB_DURATION },
    unit: "s",
    description: "Duration of database client operations.",
    attributes: OPERATION,
};

/// Rows that the caller was given, of operations that return rows.
pub const RETURNED_ROWS: MetricSpec = MetricSpec {
    name: "db.client.response.returned_rows",
    kind: MetricKind::Histogram { buckets: buckets::ROWS },
    unit: "{row}",
    description: "The actual number of records returned by the database operation.",
    attributes: OPERATION,
};

/// Rows that were changed for good, as the server reports them: inside a transaction they count
/// when it is committed, and never after a rollback.
///
/// Only those of a single statement, no batch, which names one table and reads no other. So an
/// `INSERT … SELECT` from another table, a `DELETE` with a sub-query on one, and `EXPLAIN ANALYZE`
/// are not counted.
///
/// Those of an operation that was dropped before the report are missing, whether or not the server
/// went on with it.
pub const ROWS_CHANGED: MetricSpec = MetricSpec {
    name: "kymo.db.rows.changed",
    kind: MetricKind::Counter,
    unit: "{row}",
    description: "Rows inserted, updated or deleted, and committed.",
    attributes: &[
        key::DB_COLLECTION_NAME,
        key::DB_NAMESPACE,
        key::DB_OPERATION_NAME,
        key::DB_SYSTEM_NAME,
        key::SERVER_ADDRESS,
        key::SERVER_PORT,
    ],
};

/// Time from the successful `BEGIN` until a transaction ended; savepoints are part of it.
pub const TRANSACTION_DURATION: MetricSpec = MetricSpec {
    name: "kymo.db.transaction.duration",
    kind: MetricKind::Histogram { buckets: buckets::DB_USE },
    unit: "s",
    description: "Duration of database transactions.",
    attributes: &[
        key::DB_NAMESPACE,
        key::DB_SYSTEM_NAME,
        key::DB_TRANSACTION_OUTCOME,
        key::SERVER_ADDRESS,
        key::SERVER_PORT,
    ],
};

/// Connections of a pool, idle and used; one that is being opened counts as used.
pub const CONNECTION_COUNT: MetricSpec = MetricSpec {
    name: "db.client.connection.count",
    kind: MetricKind::UpDownCounter,
    unit: "{connection}",
    description: "The number of connections that are currently in the state described by the state attribute.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::DB_CONNECTION_STATE],
};

/// How many connections may be idle: in sqlx, all of them.
pub const CONNECTION_IDLE_MAX: MetricSpec = MetricSpec {
    name: "db.client.connection.idle.max",
    kind: MetricKind::UpDownCounter,
    unit: "{connection}",
    description: "The maximum number of idle open connections allowed.",
    attributes: POOL,
};

/// How many connections the pool keeps open.
pub const CONNECTION_IDLE_MIN: MetricSpec = MetricSpec {
    name: "db.client.connection.idle.min",
    kind: MetricKind::UpDownCounter,
    unit: "{connection}",
    description: "The minimum number of idle open connections allowed.",
    attributes: POOL,
};

/// How many connections the pool opens at most.
pub const CONNECTION_MAX: MetricSpec = MetricSpec {
    name: "db.client.connection.max",
    kind: MetricKind::UpDownCounter,
    unit: "{connection}",
    description: "The maximum number of open connections allowed.",
    attributes: POOL,
};

/// Requests for a connection that have not been answered yet.
pub const CONNECTION_PENDING_REQUESTS: MetricSpec = MetricSpec {
    name: "db.client.connection.pending_requests",
    kind: MetricKind::UpDownCounter,
    unit: "{request}",
    description: "The number of current pending requests for an open connection.",
    attributes: POOL,
};

/// Requests for a connection that were given up after the pool's acquire time-out.
pub const CONNECTION_TIMEOUTS: MetricSpec = MetricSpec {
    name: "db.client.connection.timeouts",
    kind: MetricKind::Counter,
    unit: "{timeout}",
    description: "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
    attributes: POOL,
};

/// Time to open a connection, of those that a measured request made the pool open and that its
/// `after_connect` told of; the count is that of new connections.
pub const CONNECTION_CREATE_TIME: MetricSpec = MetricSpec {
    name: "db.client.connection.create_time",
    kind: MetricKind::Histogram { buckets: buckets::DB_CONNECT },
    unit: "s",
    description: "The time it took to create a new connection.",
    attributes: POOL,
};

/// Connections that were open when their pool was measured, as `connect` and `min_connections` leave
/// them: how long it took to open them is not known, and [`CONNECTION_CREATE_TIME`] has none of them.
///
/// Those that sqlx opens by itself later, to keep up `min_connections`, are in neither.
pub const CONNECTION_UNTIMED: MetricSpec = MetricSpec {
    name: "kymo.db.connection.untimed",
    kind: MetricKind::Counter,
    unit: "{connection}",
    description: "Connections that were opened before their pool was measured, so that the time to open them is not known.",
    attributes: POOL,
};

/// Time until a connection was there, apart from what is in `create_time`.
pub const CONNECTION_WAIT_TIME: MetricSpec = MetricSpec {
    name: "db.client.connection.wait_time",
    kind: MetricKind::Histogram { buckets: buckets::DB_WAIT },
    unit: "s",
    description: "The time it took to obtain an open connection from the pool.",
    attributes: POOL,
};

/// Time from when a connection was handed out until it was let go of.
pub const CONNECTION_USE_TIME: MetricSpec = MetricSpec {
    name: "db.client.connection.use_time",
    kind: MetricKind::Histogram { buckets: buckets::DB_USE },
    unit: "s",
    description: "The time between borrowing a connection and returning it to the pool.",
    attributes: POOL,
};

/// Requests for a connection that failed because none could be opened.
pub const CONNECTION_ERRORS: MetricSpec = MetricSpec {
    name: "kymo.db.connection.errors",
    kind: MetricKind::Counter,
    unit: "{error}",
    description: "Requests for a connection that failed because the pool could not open one.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::ERROR_TYPE],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    OPERATION_DURATION,
    RETURNED_ROWS,
    ROWS_CHANGED,
    TRANSACTION_DURATION,
    CONNECTION_COUNT,
    CONNECTION_IDLE_MAX,
    CONNECTION_IDLE_MIN,
    CONNECTION_MAX,
    CONNECTION_PENDING_REQUESTS,
    CONNECTION_TIMEOUTS,
    CONNECTION_CREATE_TIME,
    CONNECTION_UNTIMED,
    CONNECTION_WAIT_TIME,
    CONNECTION_USE_TIME,
    CONNECTION_ERRORS,
];
