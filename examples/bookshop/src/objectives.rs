//! What the shop promises of its requests.

use std::time::Duration;

use kymo::{Objective, TelemetryBuilder};

/// Holds the shop to what it promises: a book at once, an order in the time that a customer waits.
pub(crate) fn promise(telemetry: TelemetryBuilder) -> TelemetryBuilder {
    telemetry
        .objective(Objective::of("/books/{id}").within(Duration::from_millis(250)).ratio(0.995))
        .objective(Objective::of("/orders").within(Duration::from_secs(1)).ratio(0.99))
        .objective(Objective::of("/slow").within(Duration::from_millis(300)).ratio(0.99))
}
