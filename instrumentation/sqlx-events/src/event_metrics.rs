//! The measurer of events.

use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;
use tracing_subscriber::filter::Filtered;

use crate::{
    filter::EventFilter,
    layer::{EventLayer, SqlxEvents},
    metrics::SCOPE,
    on_registry::OnRegistry,
    recorder::Recorder,
    settings::EventSettings,
};

/// Measures the events of sqlx through the meters of one provider.
///
/// Clones share their instruments, and of their layers in one subscriber one alone records: make one for
/// each provider.
#[derive(Debug, Clone)]
pub struct EventMetrics {
    recorder: Arc<Recorder>,
}

impl EventMetrics {
    /// Instruments from `meters`.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        Self { recorder: Arc::new(Recorder::new(&SCOPE.meter(meters))) }
    }

    /// A layer that records every statement of sqlx in the process, as `settings` say.
    pub fn layer<S: OnRegistry>(&self, settings: &EventSettings) -> SqlxEvents<S> {
        Filtered::new(EventLayer::new(&self.recorder, settings), EventFilter)
    }
}
