//! The telemetry of the process, and what it heard.

use std::sync::LazyLock;

use kymo::testing::TestTelemetry;
use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

/// Hears every statement of the process. Each test has tables of its own, and knows its statements by them.
pub(crate) static TELEMETRY: LazyLock<TestTelemetry> = LazyLock::new(|| {
    let telemetry = TestTelemetry::new();
    tracing_subscriber::registry()
        .with(fmt::layer().with_test_writer().with_filter(LevelFilter::WARN))
        .with(telemetry.sqlx_events())
        .init();
    telemetry
});

/// How often a statement was counted: by the measured pool, by events, and as one that went round the
/// measured pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) measured: u64,
    pub(crate) events: u64,
    pub(crate) unmeasured: u64,
}

/// What was counted under `summary`.
pub(crate) fn counts(summary: &str) -> Counts {
    let metrics = TELEMETRY.snapshot();
    let operations = |scope: &str| {
        let all = metrics.histogram("db.client.operation.duration").scope(scope);
        all.with("db.query.summary", summary.to_owned()).try_count().unwrap_or_default()
    };
    let unmeasured = metrics.counter("kymo.db.unmeasured.operations");
    let unmeasured = unmeasured.with("db.query.summary", summary.to_owned()).try_value();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let unmeasured = unmeasured.map_or(0, |count| count.as_f64() as u64);
    Counts { measured: operations("kymo-sqlx"), events: operations("kymo-sqlx-events"), unmeasured }
}
