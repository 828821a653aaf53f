//! A layer and the meters it records with.

use kymo_sqlx_events::{EventMetrics, EventSettings, SqlxEvents};
use kymo_testing::{Snapshot, TestMeters};
use tracing::{Subscriber, subscriber::with_default};
use tracing_subscriber::{Registry, prelude::*};

/// Events are those of one thread, and nobody else's.
pub(crate) struct Bed {
    pub(crate) meters: TestMeters,
    pub(crate) metrics: EventMetrics,
}

impl Bed {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        let metrics = EventMetrics::new(&*meters);
        Self { meters, metrics }
    }

    pub(crate) fn layer(&self) -> SqlxEvents<Registry> {
        self.metrics.layer(&EventSettings::new())
    }

    /// What is recorded of the events of `write`, by a layer with these settings.
    pub(crate) fn recorded_with(&self, settings: &EventSettings, write: impl FnOnce()) -> Snapshot {
        let layer: SqlxEvents<Registry> = self.metrics.layer(settings);
        self.recorded_by(Registry::default().with(layer), write)
    }

    pub(crate) fn recorded(&self, write: impl FnOnce()) -> Snapshot {
        self.recorded_with(&EventSettings::new(), write)
    }

    pub(crate) fn recorded_by(
        &self,
        subscriber: impl Subscriber + Send + Sync + 'static,
        write: impl FnOnce(),
    ) -> Snapshot {
        with_default(subscriber, write);
        self.meters.snapshot()
    }
}

/// An event as sqlx writes it.
pub(crate) fn statement(sql: &str, rows_returned: u64, elapsed_secs: f64) {
    let mut summary = sql.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    let text = if summary == sql {
        String::new()
    } else {
        summary.push_str(" …");
        format!("\n\n{sql}\n")
    };
    let elapsed = std::time::Duration::try_from_secs_f64(elapsed_secs).unwrap_or_default();
    tracing::event!(
        target: "sqlx::query",
        tracing::Level::DEBUG,
        summary,
        db.statement = text,
        rows_affected = 0_u64,
        rows_returned,
        ?elapsed,
        elapsed_secs,
    );
}
