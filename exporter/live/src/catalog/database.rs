//! Sections of databases.

use super::program::{ERROR_SHARE, ERRORS, MEDIAN, P90, P99, RATE, TOTAL};
use crate::section::{Column, Feed, Kept, Metric, Part, Rows, Section, To, Unit, Value};

const SYSTEM: &str = "db.system.name";
const OPERATIONS: Metric = Metric::histogram("db.client.operation.duration");
const CHANGED: usize = 2;

/// Statements of SQL.
pub(crate) const SQL: Section = Section {
    id: "sql",
    title: "SQL",
    feature: "sqlx, sea-orm or sqlx-events",
    key: &[(SYSTEM, "system"), ("db.query.summary", "statement")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(OPERATIONS, To::Timed).of(Part::Without(SYSTEM, "redis")),
        Feed::new(Metric::counter("kymo.db.rows.changed", "{row}"), To::Total(CHANGED)),
    ],
    columns: &[
        RATE,
        ERROR_SHARE,
        MEDIAN,
        P90,
        P99,
        TOTAL,
        ERRORS,
        Column::new("changed", "rows changed", Unit::PerSecond, Value::Rate(&[CHANGED])).summed(),
    ],
    spared: &[],
    order: 0,
};

/// Commands of Redis.
pub(crate) const REDIS: Section = Section {
    id: "redis",
    title: "Redis",
    feature: "redis",
    key: &[("db.operation.name", "command"), ("server.address", "server")],
    rows: Rows::Keyed,
    feeds: &[Feed::new(OPERATIONS, To::Timed).of(Part::With(SYSTEM, "redis"))],
    columns: &[RATE, ERROR_SHARE, MEDIAN, P90, P99, TOTAL, ERRORS],
    spared: &[],
    order: 0,
};

const USED: usize = 2;
const IDLE: usize = 3;
const MOST: usize = 4;
const PENDING: usize = 5;
const TIMEOUTS: usize = 6;
const CONNECTIONS: Metric = Metric::gauge("db.client.connection.count", "{connection}");
const STATE: &str = "db.client.connection.state";

/// Pools of connections.
pub(crate) const POOLS: Section = Section {
    id: "pools",
    title: "Connection pools",
    feature: "pool",
    key: &[("db.client.connection.pool.name", "pool")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(CONNECTIONS, To::Slot(USED)).of(Part::With(STATE, "used")),
        Feed::new(CONNECTIONS, To::Slot(IDLE)).of(Part::With(STATE, "idle")),
        Feed::new(Metric::gauge("db.client.connection.max", "{connection}"), To::Slot(MOST)),
        Feed::new(
            Metric::gauge("db.client.connection.pending_requests", "{request}"),
            To::Slot(PENDING),
        ),
        Feed::new(
            Metric::counter("db.client.connection.timeouts", "{timeout}"),
            To::Slot(TIMEOUTS),
        ),
        Feed::new(Metric::histogram("db.client.connection.wait_time"), To::Timed),
    ],
    columns: &[
        Column::new("saturation", "in use", Unit::Share, Value::Level(USED, MOST)).kept(Kept::Rows),
        Column::new("used", "used", Unit::Number, Value::Latest(USED)).kept(Kept::Total),
        Column::new("idle", "idle", Unit::Number, Value::Latest(IDLE)).kept(Kept::Total),
        Column::new("max", "at most", Unit::Number, Value::Latest(MOST)).kept(Kept::Total),
        Column::new("pending", "waiting", Unit::Number, Value::Latest(PENDING)).kept(Kept::Rows),
        Column::new("wait99", "wait p99", Unit::Seconds, Value::Quantile(0.99)).kept(Kept::Rows),
        Column::new("timeouts", "time-outs", Unit::Number, Value::Latest(TIMEOUTS)),
    ],
    spared: &[],
    order: 0,
};
