//! Every metric this crate emits, and the instruments that record them; the levels of pools are in
//! [`kymo_pool::metrics`].

use kymo_core::{MetricKind, MetricSpec, Scope, key::AttributeKey};
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::{buckets, key};

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: a constraint such as `unique_violation`, `deadlock`, `lock_timeout`, a class \
     of SQLSTATE, `pool_timed_out`, `io`, `cancelled`, `panic` and the like; absent on success.",
);

const CONNECTION_ERROR_TYPE: AttributeKey =
    key::ERROR_TYPE.described("Why none could be opened, as in `db.client.operation.duration`.");

/// The attributes of an operation that has ended.
const OPERATION: &[AttributeKey] = &[
    key::DB_NAMESPACE.key,
    key::DB_QUERY_SUMMARY.key,
    key::DB_RESPONSE_STATUS_CODE.key,
    key::DB_SYSTEM_NAME,
    ERROR_TYPE,
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
];

const POOL: &[AttributeKey] = &[key::DB_CONNECTION_POOL_NAME.key];

/// Time from when a connection was there until the last row, the error or the drop; where no
/// connection was to be had, the time that was waited for one.
///
/// Its buckets are those that the conventions advise, and three below one millisecond.
pub const OPERATION_DURATION: MetricSpec = MetricSpec::new(
    "db.client.operation.duration",
    MetricKind::Histogram { buckets: kymo_core::buckets::DB_DURATION },
    "s",
    "Duration of database client operations.",
)
.with_attributes(OPERATION)
.recorded(
    "Once for each query through what `telemetry.sqlx(…)` made, `BEGIN` and `COMMIT` too, when it has \
     ended or was dropped.",
);

/// Rows that the caller was given, of operations that return rows.
pub const RETURNED_ROWS: MetricSpec = MetricSpec::new(
    "db.client.response.returned_rows",
    MetricKind::Histogram { buckets: kymo_core::buckets::DB_ROWS },
    "{row}",
    "The actual number of records returned by the database operation.",
)
.with_attributes(OPERATION)
.recorded(
    "With `db.client.operation.duration`, of a query that returns rows, if it succeeded or gave one.",
);

/// Rows that were changed for good, as the server reports them: inside a transaction they count
/// when it is committed, and never after a rollback.
///
/// Only those of a single statement, no batch, which names one table and reads no other. So an
/// `INSERT … SELECT` from another table, a `DELETE` with a sub-query on one, and `EXPLAIN ANALYZE`
/// are not counted.
///
/// Those of an operation that was dropped before the report are missing, whether or not the server
/// went on with it.
pub const ROWS_CHANGED: MetricSpec = MetricSpec::new(
    "kymo.db.rows.changed",
    MetricKind::Counter,
    "{row}",
    "Rows inserted, updated or deleted, and committed.",
)
.with_attributes(&[
    key::DB_COLLECTION_NAME.key,
    key::DB_NAMESPACE.key,
    key::DB_OPERATION_NAME,
    key::DB_SYSTEM_NAME,
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
])
.recorded(
    "When rows are changed for good: by a statement outside of a transaction, or by its commit.",
);

/// Time from the successful `BEGIN` until a transaction ended; savepoints are part of it.
pub const TRANSACTION_DURATION: MetricSpec = MetricSpec::new(
    "kymo.db.transaction.duration",
    MetricKind::Histogram { buckets: buckets::DB_USE },
    "s",
    "Duration of database transactions.",
)
.with_attributes(&[
    key::DB_NAMESPACE.key,
    key::DB_SYSTEM_NAME,
    key::DB_TRANSACTION_OUTCOME,
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
])
.recorded(
    "Once for each transaction of `begin`, when it has ended or was dropped; not for one that a \
     statement begins, nor for what `into_inner` took out.",
);

/// Requests for a connection that were given up after the pool's acquire time-out.
pub const CONNECTION_TIMEOUTS: MetricSpec = MetricSpec::new(
    "db.client.connection.timeouts",
    MetricKind::Counter,
    "{timeout}",
    "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
)
.with_attributes(POOL)
.recorded("When a request for a connection ran into the pool's acquire time-out.");

/// Time to open a connection, of those that a measured request made the pool open and that its
/// `after_connect` told of; the count is that of new connections.
pub const CONNECTION_CREATE_TIME: MetricSpec = MetricSpec::new(
    "db.client.connection.create_time",
    MetricKind::Histogram { buckets: buckets::DB_CONNECT },
    "s",
    "The time it took to create a new connection.",
)
.with_attributes(POOL)
.recorded(
    "Once for each connection that a measured request had the pool open, if the options of the pool are \
     `.measured()`, or call `kymo::sqlx::connection_opened()`.",
);

/// Connections that were open when their pool was measured, as `connect` and `min_connections` leave
/// them: how long it took to open them is not known, and [`CONNECTION_CREATE_TIME`] has none of them.
///
/// Those that sqlx opens by itself later, to keep up `min_connections`, are in neither.
pub const CONNECTION_UNTIMED: MetricSpec = MetricSpec::new(
    "kymo.db.connection.untimed",
    MetricKind::Counter,
    "{connection}",
    "Connections that were opened before their pool was measured, so that the time to open them is not known.",
)
.with_attributes(POOL)
.recorded("When a pool is measured, by as many as it has open.");

/// Time until a connection was there, apart from what is in `create_time`.
pub const CONNECTION_WAIT_TIME: MetricSpec = MetricSpec::new(
    "db.client.connection.wait_time",
    MetricKind::Histogram { buckets: kymo_core::buckets::SHORT_DURATION },
    "s",
    "The time it took to obtain an open connection from the pool.",
)
.with_attributes(POOL)
.recorded(
    "Once for each connection that was handed out, to a query or a transaction too; not for a request \
     that failed or was given up.",
);

/// Time from when a connection was handed out until it was let go of; of one that a query for one row on the pool has
/// to itself, the time of that query.
pub const CONNECTION_USE_TIME: MetricSpec = MetricSpec::new(
    "db.client.connection.use_time",
    MetricKind::Histogram { buckets: buckets::DB_USE },
    "s",
    "The time between borrowing a connection and returning it to the pool.",
)
.with_attributes(POOL)
.recorded(
    "Once for each connection that was handed out, when it was let go of; not for what `into_inner` \
     took out.",
);

/// Times that the program took sqlx's own pool or connection out of a measured one, whose statements are not
/// measured: the pool by a deref or `inner()`, a connection by a mutable deref, `as_mut()`, sqlx's trait
/// `Acquire`, `into_inner()`, `detach()` or `leak()`.
///
/// It says that something may go round the measured pool, and not how much: that is
/// `kymo.db.unmeasured.operations`, with the feature `sqlx-events`.
pub const CONNECTION_DIRECT_USES: MetricSpec = MetricSpec::new(
    "kymo.db.connection.direct_uses",
    MetricKind::Counter,
    "{use}",
    "Times that the bare pool or connection was taken out of a measured one.",
)
.with_attributes(POOL)
.recorded(
    "When a measured pool, connection or transaction lends or gives away sqlx's own; there from the start, \
     at zero.",
);

/// Requests for a connection that failed because none could be opened.
pub const CONNECTION_ERRORS: MetricSpec = MetricSpec::new(
    "kymo.db.connection.errors",
    MetricKind::Counter,
    "{error}",
    "Requests for a connection that failed because the pool could not open one.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, CONNECTION_ERROR_TYPE])
.recorded("When a request for a connection failed because none could be opened.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    OPERATION_DURATION,
    RETURNED_ROWS,
    ROWS_CHANGED,
    TRANSACTION_DURATION,
    CONNECTION_TIMEOUTS,
    CONNECTION_CREATE_TIME,
    CONNECTION_UNTIMED,
    CONNECTION_WAIT_TIME,
    CONNECTION_USE_TIME,
    CONNECTION_DIRECT_USES,
    CONNECTION_ERRORS,
];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all measured pools of one meter provider; those of a pool's levels are in
/// [`kymo_pool`].
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    pub(crate) returned_rows: Histogram<u64>,
    pub(crate) rows_changed: Counter<u64>,
    pub(crate) transaction_duration: Histogram<f64>,
    pub(crate) timeouts: Counter<u64>,
    pub(crate) create_time: Histogram<f64>,
    pub(crate) untimed: Counter<u64>,
    pub(crate) wait_time: Histogram<f64>,
    pub(crate) use_time: Histogram<f64>,
    pub(crate) direct_uses: Counter<u64>,
    pub(crate) connection_errors: Counter<u64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            duration: OPERATION_DURATION.histogram(meter),
            returned_rows: RETURNED_ROWS.integer_histogram(meter),
            rows_changed: ROWS_CHANGED.counter(meter),
            transaction_duration: TRANSACTION_DURATION.histogram(meter),
            timeouts: CONNECTION_TIMEOUTS.counter(meter),
            create_time: CONNECTION_CREATE_TIME.histogram(meter),
            untimed: CONNECTION_UNTIMED.counter(meter),
            wait_time: CONNECTION_WAIT_TIME.histogram(meter),
            use_time: CONNECTION_USE_TIME.histogram(meter),
            direct_uses: CONNECTION_DIRECT_USES.counter(meter),
            connection_errors: CONNECTION_ERRORS.counter(meter),
        }
    }
}
