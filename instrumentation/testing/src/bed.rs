//! A source of meters that a test can read.

use kymo_core::Exemplar;

use crate::Snapshot;

/// Something to measure with that belongs to one test and can be read: [`TestMeters`], or the
/// telemetry of an SDK.
///
/// [`TestMeters`]: crate::TestMeters
pub trait TestBed: Sized + Send + Sync {
    /// One that nobody else has.
    fn fresh() -> Self;

    /// Everything that was recorded until now.
    fn snapshot(&self) -> Snapshot;

    /// The exemplars of the metric `name`, each with the upper end of the bucket that it was put into, which is
    /// infinite where there is none; or `None` if this keeps no exemplars.
    fn exemplars(&self, name: &str) -> Option<Vec<(f64, Exemplar)>> {
        let _ = name;
        None
    }
}
