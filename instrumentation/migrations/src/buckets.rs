//! The bounds of this crate's histograms.

/// Seconds a migration takes, or is waited for: from a new table to a rewrite of the largest one.
pub(crate) const MIGRATION_DURATION: &[f64] =
    &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0];
