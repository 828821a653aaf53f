//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{MetricKind, MetricSpec, Scope, ValueBudget, key::AttributeKey};
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter},
};

use crate::{buckets, key};

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: a fault of the migrations such as `version_mismatch`, an error of the \
     database as in `db.client.operation.duration`, `cancelled` or `panic`; absent on success.",
);

/// Time that one migration took, from before its transaction until after it; one for each that was
/// begun, however it ended.
pub const DURATION: MetricSpec = MetricSpec::new(
    "kymo.migration.duration",
    MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    "s",
    "Duration of one migration.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, ERROR_TYPE, key::MIGRATION_DIRECTION])
.recorded(
    "Once for each migration that `telemetry.migrations(…)` began to run, to take back or to skip, \
     however that ended.",
);

/// Time that the last attempt at one migration took; there for those that this process has begun, by how
/// they ended.
///
/// A migration runs once in the life of a process, so its time is one number, and no distribution.
pub const LAST_DURATION: MetricSpec = MetricSpec::new(
    "kymo.migration.last_duration",
    MetricKind::Gauge,
    "s",
    "Duration of the last attempt at a migration, by version.",
)
.with_attributes(&[
    key::DB_CONNECTION_POOL_NAME.key,
    ERROR_TYPE,
    key::MIGRATION_DIRECTION,
    key::MIGRATION_VERSION.key,
])
.recorded("With `kymo.migration.duration`.");

/// Time from asking for a connection until all migrations were done or one was refused; one for each
/// run, also where there was nothing to do.
pub const RUN_DURATION: MetricSpec = MetricSpec::new(
    "kymo.migration.run.duration",
    MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    "s",
    "Duration of bringing a database to the wanted version.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, ERROR_TYPE, key::MIGRATION_DIRECTION])
.recorded("Once for each run or way back of `telemetry.migrations(…)`, however it ended.");

/// Migrations that this process is running at this moment.
pub const RUNNING: MetricSpec = MetricSpec::new(
    "kymo.migration.running",
    MetricKind::UpDownCounter,
    "{migration}",
    "Migrations under way in this process.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key])
.recorded("Up when a migration begins, down when it is over.");

/// Time until no other program was migrating; next to nothing where there is no lock, which is SQLite,
/// and MariaDB for want of one that it understands.
pub const LOCK_WAIT_TIME: MetricSpec = MetricSpec::new(
    "kymo.migration.lock.wait_time",
    MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    "s",
    "Time spent waiting for other programs to finish migrating.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, ERROR_TYPE])
.recorded(
    "Once for each run that asked for the lock, however that ended; not where the migrator was told \
     not to lock.",
);

/// Migrations by where they stand, of the program's and the database's together; each is in one state.
///
/// As the database said at the last reading. Absent if that failed, or is too long ago.
pub const MIGRATIONS: MetricSpec = MetricSpec::new(
    "kymo.migrations",
    MetricKind::UpDownCounter,
    "{migration}",
    "Migrations by state, as the database last said.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key, key::MIGRATION_STATE])
.recorded(
    "Shown at each collection while `.watch(…)` reads the table of migrations; not after a reading \
     that failed.",
);

/// The highest version that was applied without failing, also if the program does not know it; 0 if
/// there is none. Absent as [`MIGRATIONS`] is: it is no gauge, since the SDK repeats the last value of one
/// that is not observed any more.
pub const LATEST_VERSION: MetricSpec = MetricSpec::new(
    "kymo.migration.latest_version",
    MetricKind::UpDownCounter,
    "{version}",
    "The highest version of the schema that was applied.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key])
.recorded(
    "Shown at each collection while `.watch(…)` reads the table of migrations; not after a reading \
     that failed.",
);

/// Readings of the migrations that failed or took too long.
pub const READ_ERRORS: MetricSpec = MetricSpec::new(
    "kymo.migration.read.errors",
    MetricKind::Counter,
    "{error}",
    "Failures to read the state of migrations from the database.",
)
.with_attributes(&[key::DB_CONNECTION_POOL_NAME.key])
.recorded("When a reading of `.watch(…)` failed, and each time it gave no answer in time.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    DURATION,
    LAST_DURATION,
    RUN_DURATION,
    RUNNING,
    LOCK_WAIT_TIME,
    MIGRATIONS,
    LATEST_VERSION,
    READ_ERRORS,
];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all migrations of one meter provider.
///
/// They are not bound to every version: a migration is nobody's hot path.
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    pub(crate) last_duration: Gauge<f64>,
    pub(crate) run_duration: Histogram<f64>,
    pub(crate) lock_wait_time: Histogram<f64>,
    pub(crate) running: UpDownCounter<i64>,
    pub(crate) read_errors: Counter<u64>,
    databases: ValueBudget,
    versions: ValueBudget,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            duration: DURATION.histogram(meter),
            last_duration: LAST_DURATION.gauge(meter),
            run_duration: RUN_DURATION.histogram(meter),
            lock_wait_time: LOCK_WAIT_TIME.histogram(meter),
            running: RUNNING.up_down_counter(meter),
            read_errors: READ_ERRORS.counter(meter),
            databases: key::DB_CONNECTION_POOL_NAME.budget(meter, &DURATION),
            versions: key::MIGRATION_VERSION.budget(meter, &LAST_DURATION),
        }
    }

    /// The 65th name and later ones are `_OTHER`.
    pub(crate) fn database(&self, name: &str) -> KeyValue {
        let bounded = self.databases.bound(name);
        key::DB_CONNECTION_POOL_NAME.of(self.databases.value(bounded))
    }

    /// The 201st version and later ones are `_OTHER`.
    pub(crate) fn version(&self, version: i64) -> KeyValue {
        let bounded = self.versions.bound(&version.to_string());
        key::MIGRATION_VERSION.of(self.versions.value(bounded))
    }
}
