//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{BillInstruments, MetricKind, MetricSpec, Scope, buckets, key::AttributeKey};
use opentelemetry::metrics::{Histogram, Meter};

use crate::key;

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: `timeout`, `cancelled`, `panic`, the name that the program gives to the error, or \
     `_OTHER`; absent on success.",
);

const PART: AttributeKey = key::PART.described(
    "`pool_wait`, `sql`, `redis`, `http_client`, `cache_load`, `handler`, which is its own code, or `waiting`.",
);

/// Seconds of one unit: a message is over in milliseconds, and a job of the night in hours.
const DURATION_BUCKETS: &[f64] =
    &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 1800.0, 7200.0];

/// Operations of one unit: one, a few, and those of a loop over many.
const OPERATIONS_BUCKETS: &[f64] =
    &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10000.0, 100_000.0];

/// Time that a unit took, from the first poll of its future until its answer; one for each, however it ended.
pub const DURATION: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.duration",
    MetricKind::Histogram { buckets: DURATION_BUCKETS },
    "s",
    "Duration of one unit of work.",
)
.with_attributes(&[ERROR_TYPE, key::UNIT_OF_WORK_NAME.key])
.recorded("Once for each run of a `telemetry.unit_of_work(…)`, however it ended.");

/// Where the time of units went; the parts of one add up to its duration.
pub const TIME: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.time",
    MetricKind::Counter,
    "s",
    "Time of units of work by the part that it went to.",
)
.with_attributes(&[PART, key::UNIT_OF_WORK_NAME.key])
.recorded("With `kymo.unit_of_work.duration`, for each part that took any time.");

/// Operations that a unit asked for.
pub const OPERATIONS: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.operations",
    MetricKind::Histogram { buckets: OPERATIONS_BUCKETS },
    "{operation}",
    "Operations of one unit of work, by kind.",
)
.with_attributes(&[key::OPERATION_KIND, key::UNIT_OF_WORK_NAME.key])
.recorded("With `kymo.unit_of_work.duration`, for each kind that it asked for.");

/// Units that sent one query again and again.
pub const REPEATED_QUERIES: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.repeated_queries",
    MetricKind::Counter,
    "{unit}",
    "Units of work in which one query came ten times or more.",
)
.with_attributes(&[key::DB_QUERY_SUMMARY.key, key::UNIT_OF_WORK_NAME.key])
.recorded("With `kymo.unit_of_work.duration`, once for each summary that came so often.");

/// The longest that one poll of a unit kept its thread.
pub const LONGEST_POLL: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.longest_poll",
    MetricKind::Histogram { buckets: buckets::SHORT_DURATION },
    "s",
    "Longest poll of each unit of work.",
)
.with_attributes(&[key::UNIT_OF_WORK_NAME.key])
.recorded("With `kymo.unit_of_work.duration`.");

/// Polls that kept a thread of the runtime from all others for longer than 10 ms.
pub const BLOCKING: MetricSpec = MetricSpec::new(
    "kymo.unit_of_work.blocking",
    MetricKind::Counter,
    "{poll}",
    "Polls of units of work that blocked their thread for more than 10 ms.",
)
.with_attributes(&[key::UNIT_OF_WORK_NAME.key])
.recorded("With `kymo.unit_of_work.duration`; at zero from the first unit of a name.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] =
    &[DURATION, TIME, OPERATIONS, REPEATED_QUERIES, LONGEST_POLL, BLOCKING];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instrument of durations.
pub(crate) fn duration(meter: &Meter) -> Histogram<f64> {
    DURATION.histogram(meter)
}

/// The instruments of bills.
pub(crate) fn bill_instruments(meter: &Meter) -> BillInstruments {
    BillInstruments {
        time: Some(TIME.real_counter(meter)),
        operations: Some(OPERATIONS.integer_histogram(meter)),
        repeated_queries: Some(REPEATED_QUERIES.counter(meter)),
        longest_poll: Some(LONGEST_POLL.histogram(meter)),
        blocking: Some(BLOCKING.counter(meter)),
    }
}
