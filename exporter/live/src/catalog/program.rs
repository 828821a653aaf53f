//! Sections of what the program names, and the columns of all that is timed.

use crate::section::{
    COUNT, Column, ERRORS as FAILED, Feed, Kept, Metric, Part, Rows, Section, To, Unit, Value,
};

pub(crate) const RATE: Column =
    Column::new("rate", "rate", Unit::PerSecond, Value::Rate(&[COUNT])).kept(Kept::Rows);
pub(crate) const ERROR_SHARE: Column =
    Column::new("errors", "errors", Unit::Share, Value::Share(FAILED, &[COUNT])).kept(Kept::Rows);
pub(crate) const MEDIAN: Column =
    Column::new("p50", "p50", Unit::Seconds, Value::Quantile(0.5)).kept(Kept::Total);
pub(crate) const P90: Column =
    Column::new("p90", "p90", Unit::Seconds, Value::Quantile(0.9)).summed();
pub(crate) const P99: Column =
    Column::new("p99", "p99", Unit::Seconds, Value::Quantile(0.99)).kept(Kept::Rows);
pub(crate) const TOTAL: Column = Column::new("total", "in all", Unit::Number, Value::Latest(COUNT));
pub(crate) const ERRORS: Column =
    Column::new("failed", "failed", Unit::Number, Value::Latest(FAILED));

/// The methods of repositories.
pub(crate) const REPOSITORIES: Section = Section {
    id: "repositories",
    title: "Repositories",
    feature: "repository",
    key: &[("kymo.repository.name", "repository"), ("kymo.repository.method", "method")],
    rows: Rows::Keyed,
    feeds: &[Feed::new(Metric::histogram("kymo.repository.operation.duration"), To::Timed)],
    columns: &[RATE, ERROR_SHARE, MEDIAN, P99, TOTAL, ERRORS],
    spared: &[],
    order: 0,
};

const APPLIED: usize = 2;
const PENDING: usize = 3;
const BROKEN: usize = 4;
const UNKNOWN: usize = 5;
const LATEST: usize = 6;
const RUNNING: usize = 7;
const STATE: &str = "kymo.migration.state";
const MIGRATIONS_METRIC: Metric = Metric::gauge("kymo.migrations", "{migration}");

/// Where the schemas of databases stand.
pub(crate) const MIGRATIONS: Section = Section {
    id: "migrations",
    title: "Migrations",
    feature: "migrations",
    key: &[("db.client.connection.pool.name", "database")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(MIGRATIONS_METRIC, To::Slot(APPLIED)).of(Part::With(STATE, "applied")),
        Feed::new(MIGRATIONS_METRIC, To::Slot(PENDING)).of(Part::With(STATE, "pending")),
        Feed::new(MIGRATIONS_METRIC, To::Slot(BROKEN)).of(Part::With(STATE, "failed")),
        Feed::new(MIGRATIONS_METRIC, To::Slot(BROKEN)).of(Part::With(STATE, "mismatch")),
        Feed::new(MIGRATIONS_METRIC, To::Slot(UNKNOWN)).of(Part::With(STATE, "unknown")),
        Feed::new(Metric::gauge("kymo.migration.latest_version", "{version}"), To::Slot(LATEST)),
        Feed::new(Metric::gauge("kymo.migration.running", "{migration}"), To::Slot(RUNNING)),
        Feed::new(Metric::histogram("kymo.migration.run.duration"), To::Timed),
    ],
    columns: &[
        Column::new("applied", "applied", Unit::Number, Value::Latest(APPLIED)),
        Column::new("pending", "pending", Unit::Number, Value::Latest(PENDING)).kept(Kept::Rows),
        Column::new("broken", "broken", Unit::Number, Value::Latest(BROKEN)),
        Column::new("unknown", "unknown", Unit::Number, Value::Latest(UNKNOWN)),
        Column::new("latest", "latest", Unit::Number, Value::Latest(LATEST)),
        Column::new("running", "running", Unit::Number, Value::Latest(RUNNING)),
        Column::new("runs", "runs", Unit::Number, Value::Latest(COUNT)),
        Column::new("failed", "failed runs", Unit::Number, Value::Latest(FAILED)),
    ],
    spared: &[],
    order: 1,
};
