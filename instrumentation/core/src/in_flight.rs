//! The guard of an in-flight gauge.

use opentelemetry::metrics::BoundUpDownCounter;

/// One operation under way, such as a request: counted up when made, counted down when dropped, with the
/// same attributes both times, so that the gauge always comes back to zero.
#[derive(Debug)]
#[must_use = "dropping it at once says the operation is already over"]
pub struct InFlight(BoundUpDownCounter<i64>);

impl InFlight {
    /// Counts one more operation under way.
    pub fn enter(active: &BoundUpDownCounter<i64>) -> Self {
        active.add(1);
        Self(active.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
