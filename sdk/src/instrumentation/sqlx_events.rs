//! Databases by the events of sqlx: see [`Telemetry::sqlx_events`].

use kymo_sqlx_events::EventMetrics;

pub use kymo_sqlx_events::{
    EventFilter, EventLayer, EventSettings, OnRegistry, Reception, SqlxEvents, System,
};

use crate::Telemetry;

impl Telemetry {
    /// A layer of `tracing` that measures every statement of sqlx, whoever runs it and on whatever types: of
    /// sqlx 0.7, 0.8 and 0.9, and beneath sea-orm and other crates.
    ///
    /// It has a filter of its own: what is logged neither changes nor switches it off. A filter of the
    /// whole subscriber does: give that to the layer that logs. It is a warning when the subscriber is made,
    /// and [`Telemetry::describe`] shows it as long as it is so.
    ///
    /// ```
    /// use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};
    ///
    /// # fn run(telemetry: &kymo::Telemetry) {
    /// tracing_subscriber::registry()
    ///     .with(fmt::layer().with_filter(LevelFilter::WARN))
    ///     .with(telemetry.sqlx_events())
    ///     .init();
    /// # }
    /// ```
    ///
    /// A subscriber that is no `Registry` with layers is an error of the compiler:
    ///
    /// ```compile_fail,E0277
    /// use tracing_subscriber::prelude::*;
    ///
    /// # fn run(telemetry: &kymo::Telemetry) {
    /// tracing_subscriber::fmt().finish().with(telemetry.sqlx_events()).init();
    /// # }
    /// ```
    pub fn sqlx_events<S: OnRegistry>(&self) -> SqlxEvents<S> {
        self.sqlx_events_with(&EventSettings::new())
    }

    /// As [`Telemetry::sqlx_events`], with what `settings` say of the database, which an event does not tell:
    /// with its system, statements are called as a measured pool calls them.
    ///
    /// ```
    /// use kymo::sqlx_events::{EventSettings, System};
    /// use tracing_subscriber::prelude::*;
    ///
    /// # fn run(telemetry: &kymo::Telemetry) {
    /// let settings = EventSettings::new().system(System::Postgresql);
    /// tracing_subscriber::registry().with(telemetry.sqlx_events_with(&settings)).init();
    /// # }
    /// ```
    pub fn sqlx_events_with<S: OnRegistry>(&self, settings: &EventSettings) -> SqlxEvents<S> {
        let make = || {
            self.description.watch(not_heard);
            EventMetrics::new(self.meters())
        };
        self.kept.of(make).layer(settings)
    }
}

/// What keeps the events away from the layer, if anything does.
fn not_heard() -> Option<String> {
    let reception = Reception::now();
    (reception != Reception::Heard).then(|| reception.to_string())
}
