//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{MetricKind, MetricSpec, Scope, key::AttributeKey};
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::key;

const SYSTEM: AttributeKey = key::DB_SYSTEM_NAME.described(
    "What the settings of the layer say: `postgresql`, `mysql`, `mariadb` or `sqlite`; otherwise \
     `other_sql`, since an event does not tell.",
);
const NAMESPACE: AttributeKey =
    key::DB_NAMESPACE.key.described("The database that the settings of the layer name, or absent.");
const ADDRESS: AttributeKey =
    key::SERVER_ADDRESS.described("The host that the settings of the layer name, or absent.");
const PORT: AttributeKey = key::SERVER_PORT
    .described("The port that the settings of the layer name; absent if it is the usual one.");
const SUMMARY: AttributeKey = key::DB_QUERY_SUMMARY.key.described(
    "What the statement does and to which tables, such as `SELECT books`; or the name it was given; \
     absent if unknown.",
);

/// What an event tells of a statement: not whether it failed.
const STATEMENT: &[AttributeKey] = &[NAMESPACE, SUMMARY, SYSTEM, ADDRESS, PORT];

/// Time that the driver took for a statement, until its last row or until it was given up.
///
/// A statement that failed counts as any other: the event does not tell it apart.
pub const OPERATION_DURATION: MetricSpec = MetricSpec::new(
    "db.client.operation.duration",
    MetricKind::Histogram { buckets: kymo_core::buckets::DB_DURATION },
    "s",
    "Duration of database client operations.",
)
.with_attributes(STATEMENT)
.recorded(
    "Once for each event of sqlx about a statement that nothing of `telemetry.sqlx(…)` has run, failed or \
     not.",
);

/// Rows that the driver read, of statements that return rows.
pub const RETURNED_ROWS: MetricSpec = MetricSpec::new(
    "db.client.response.returned_rows",
    MetricKind::Histogram { buckets: kymo_core::buckets::DB_ROWS },
    "{row}",
    "The actual number of records returned by the database operation.",
)
.with_attributes(STATEMENT)
.recorded("With `db.client.operation.duration`, of a statement that returns rows.");

/// Time until a connection of a pool was there, of pools that tell of every wait:
/// `PoolOptions::acquire_time_level`.
///
/// Of other pools sqlx tells of slow waits alone. These are left out until one comes that is not slow:
/// by themselves they would make every wait look slow. Which pool it was is not told.
pub const CONNECTION_WAIT_TIME: MetricSpec = MetricSpec::new(
    "db.client.connection.wait_time",
    MetricKind::Histogram { buckets: kymo_core::buckets::SHORT_DURATION },
    "s",
    "The time it took to obtain an open connection from the pool.",
)
.recorded(
    "Once for each event of sqlx about a connection that was handed out, of pools whose options have an \
     `acquire_time_level`.",
);

/// Statements that went round the measured pool: what ran on sqlx's own types, while the program has a
/// measured pool.
///
/// As long as it is 0, what the measured pool tells of statements is all there was. What a driver sends by
/// itself when it opens a connection is not counted here: nobody could have measured it.
pub const UNMEASURED_OPERATIONS: MetricSpec = MetricSpec::new(
    "kymo.db.unmeasured.operations",
    MetricKind::Counter,
    "{operation}",
    "Statements that went round the measured pool.",
)
.with_attributes(&[SUMMARY])
.recorded(
    "With `db.client.operation.duration`, if the program has ever measured a pool; there at zero, without a \
     summary, from the first event on.",
);

/// Events that were not what sqlx writes, such as those of another crate under its target.
///
/// What could be read of them is recorded all the same.
pub const EVENTS_UNREAD: MetricSpec = MetricSpec::new(
    "kymo.db.events.unread",
    MetricKind::Counter,
    "{event}",
    "Events about statements and connections that could not be read, or not whole.",
)
.recorded(
    "With each event under `sqlx::query` or `sqlx::pool::acquire` that lacks a field, or has another type \
     in it; there from the start, at zero.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    OPERATION_DURATION,
    RETURNED_ROWS,
    CONNECTION_WAIT_TIME,
    UNMEASURED_OPERATIONS,
    EVENTS_UNREAD,
];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all layers of one meter provider.
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    pub(crate) returned_rows: Histogram<u64>,
    pub(crate) wait_time: Histogram<f64>,
    pub(crate) unmeasured: Counter<u64>,
    pub(crate) unread: Counter<u64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            duration: OPERATION_DURATION.histogram(meter),
            returned_rows: RETURNED_ROWS.integer_histogram(meter),
            wait_time: CONNECTION_WAIT_TIME.histogram(meter),
            unmeasured: UNMEASURED_OPERATIONS.counter(meter),
            unread: EVENTS_UNREAD.counter(meter),
        }
    }
}
