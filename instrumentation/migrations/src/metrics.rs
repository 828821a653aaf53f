//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, buckets, key};

/// Time that one migration took, from before its transaction until after it; one for each that was
/// begun, however it ended.
pub const DURATION: MetricSpec = MetricSpec {
    name: "kymo.migration.duration",
    kind: MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    unit: "s",
    description: "Duration of one migration.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::ERROR_TYPE, key::MIGRATION_DIRECTION],
};

/// Time that the last attempt at one migration took; there for those that this process has begun, by how
/// they ended.
///
/// A migration runs once in the life of a process, so its time is one number, and no distribution.
pub const LAST_DURATION: MetricSpec = MetricSpec {
    name: "kymo.migration.last_duration",
    kind: MetricKind::Gauge,
    unit: "s",
    description: "Duration of the last attempt at a migration, by version.",
    attributes: &[
        key::DB_CONNECTION_POOL_NAME,
        key::ERROR_TYPE,
        key::MIGRATION_DIRECTION,
        key::MIGRATION_VERSION,
    ],
};

/// Time from asking for a connection until all migrations were done or one was refused; one for each
/// run, also where there was nothing to do.
pub const RUN_DURATION: MetricSpec = MetricSpec {
    name: "kymo.migration.run.duration",
    kind: MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    unit: "s",
    description: "Duration of bringing a database to the wanted version.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::ERROR_TYPE, key::MIGRATION_DIRECTION],
};

/// Migrations that this process is running at this moment.
pub const RUNNING: MetricSpec = MetricSpec {
    name: "kymo.migration.running",
    kind: MetricKind::UpDownCounter,
    unit: "{migration}",
    description: "Migrations under way in this process.",
    attributes: &[key::DB_CONNECTION_POOL_NAME],
};

/// Time until no other program was migrating; next to nothing where there is no lock, which is SQLite,
/// and MariaDB for want of one that it understands.
pub const LOCK_WAIT_TIME: MetricSpec = MetricSpec {
    name: "kymo.migration.lock.wait_time",
    kind: MetricKind::Histogram { buckets: buckets::MIGRATION_DURATION },
    unit: "s",
    description: "Time spent waiting for other programs to finish migrating.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::ERROR_TYPE],
};

/// Migrations by where they stand, of the program's and the database's together; each is in one state.
///
/// As the database said at the last reading. Absent if that failed, or is too long ago.
pub const MIGRATIONS: MetricSpec = MetricSpec {
    name: "kymo.migrations",
    kind: MetricKind::UpDownCounter,
    unit: "{migration}",
    description: "Migrations by state, as the database last said.",
    attributes: &[key::DB_CONNECTION_POOL_NAME, key::MIGRATION_STATE],
};

/// The highest version that was applied without failing, also if the program does not know it; 0 if
/// there is none. Absent as [`MIGRATIONS`] is: it is no gauge, since the SDK repeats the last value of one
/// that is not observed any more.
pub const LATEST_VERSION: MetricSpec = MetricSpec {
    name: "kymo.migration.latest_version",
    kind: MetricKind::UpDownCounter,
    unit: "{version}",
    description: "The highest version of the schema that was applied.",
    attributes: &[key::DB_CONNECTION_POOL_NAME],
};

/// Readings of the migrations that failed or took too long.
pub const READ_ERRORS: MetricSpec = MetricSpec {
    name: "kymo.migration.read.errors",
    kind: MetricKind::Counter,
    unit: "{error}",
    description: "Failures to read the state of migrations from the database.",
    attributes: &[key::DB_CONNECTION_POOL_NAME],
};

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
