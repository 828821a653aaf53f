//! The metrics of migrations, read.

use std::collections::BTreeMap;

use integration_tests::eventually;
use kymo::{
    opentelemetry::Value,
    testing::{Series, Snapshot, TestTelemetry},
};

use super::PATIENCE;

/// `up 3` or `down 2: syntax_error`, and how many of them.
pub(crate) type Migrated = BTreeMap<String, u64>;

/// Every migration that was timed, each once.
pub(crate) fn migrated(snapshot: &Snapshot) -> Migrated {
    let last = last(snapshot);
    let timed = snapshot.named("kymo.migration.duration").flat_map(|metric| &metric.series);
    let timed: u64 = timed.map(|series| series.reading.histogram().unwrap().count).sum();
    assert_eq!(timed, u64::try_from(last.len()).unwrap(), "{snapshot}");
    last
}

/// Every migration that was timed, however often.
pub(crate) fn last(snapshot: &Snapshot) -> Migrated {
    let name = "kymo.migration.last_duration";
    if snapshot.named(name).next().is_none() {
        return Migrated::new();
    }
    let line = |series: &&Series| {
        let version = text(series, "kymo.migration.version").unwrap_or_default();
        let direction = text(series, "kymo.migration.direction").unwrap_or_default();
        let error = text(series, "error.type").map(|error| format!(": {error}"));
        (format!("{direction} {version}{}", error.unwrap_or_default()), 1)
    };
    snapshot.gauge(name).series().iter().map(line).collect()
}

/// Every run, by its direction and how it ended.
pub(crate) fn runs(snapshot: &Snapshot) -> Migrated {
    let line = |series: &&Series| {
        let direction = text(series, "kymo.migration.direction").unwrap_or_default();
        let error = text(series, "error.type").map(|error| format!(": {error}"));
        let count = series.reading.histogram().unwrap().count;
        (format!("{direction}{}", error.unwrap_or_default()), count)
    };
    let runs = snapshot.histogram("kymo.migration.run.duration").series();
    runs.iter().map(line).collect()
}

/// The counts that are expected of them.
pub(crate) fn expected<const N: usize>(lines: [(&str, u64); N]) -> Migrated {
    lines.into_iter().map(|(line, count)| (line.to_owned(), count)).collect()
}

/// Applied, pending, failed, mismatch, unknown, and the latest version.
pub(crate) type Standing = [i64; 6];

/// Where the database called `name` stands; `None` if that is not known.
pub(crate) fn standing(snapshot: &Snapshot, name: &str) -> Option<Standing> {
    let pool = "db.client.connection.pool.name";
    let whole = |number: kymo::testing::Number| number.to_string().parse::<i64>().unwrap();
    let mut standing = [0; 6];
    let states = ["applied", "pending", "failed", "mismatch", "unknown"];
    for (place, state) in standing.iter_mut().zip(states) {
        let count = snapshot.up_down_counter("kymo.migrations");
        let value = count.with("kymo.migration.state", state).with(pool, name.to_owned());
        *place = whole(value.try_value()?);
    }
    let latest = snapshot.up_down_counter("kymo.migration.latest_version");
    standing[5] = whole(latest.with(pool, name.to_owned()).try_value()?);
    Some(standing)
}

/// Waits until the database called `name` stands so.
pub(crate) async fn stands(telemetry: &TestTelemetry, name: &str, wanted: Option<Standing>) {
    let look = async || standing(&telemetry.snapshot(), name);
    eventually(PATIENCE, look, |seen| *seen == wanted).await;
}

/// How many readings of the database called `name` have failed.
pub(crate) fn read_errors(snapshot: &Snapshot, name: &str) -> u64 {
    let errors = snapshot.counter("kymo.migration.read.errors");
    let errors = errors.with("db.client.connection.pool.name", name.to_owned());
    errors.value().to_string().parse().unwrap()
}

fn text(series: &Series, key: &str) -> Option<String> {
    series.attributes.get(key).map(Value::to_string)
}
