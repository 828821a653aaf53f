//! A source of meters that a test can read.

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
}
