//! The series of a handler, and its record.

use std::time::Duration;

use kymo_core::{Bounded, Outcome, Record, SeriesClass, SeriesKey, key::AttributeKey};
use opentelemetry::metrics::BoundHistogram;

use crate::key;

/// Everything the time of a handler is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HandlerKey {
    pub(super) method: Bounded,
    pub(super) route: Option<Bounded>,
}

impl SeriesKey for HandlerKey {
    /// First the method, which the client chooses, and then the route.
    fn fold(self) -> Option<(Self, AttributeKey)> {
        let method = Bounded::OTHER;
        if self.method != method {
            return Some((Self { method, ..self }, key::HTTP_REQUEST_METHOD));
        }
        self.route.filter(|route| *route != Bounded::OTHER)?;
        Some((Self { route: Some(Bounded::OTHER), ..self }, key::HTTP_ROUTE.key))
    }

    /// A handler that takes long must be seen, be it called for the first time.
    fn class(&self) -> SeriesClass {
        match self.route {
            Some(route) if route != Bounded::OTHER => SeriesClass::Operator,
            _ => SeriesClass::Client,
        }
    }
}

/// Records the time of one call into its series.
#[derive(Debug)]
pub(super) struct HandlerTime(pub(super) BoundHistogram<f64>);

impl Record for HandlerTime {
    /// A handler's time counts however it ended; how is in `http.server.request.duration`.
    fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
        self.0.record(elapsed.as_secs_f64());
    }
}
