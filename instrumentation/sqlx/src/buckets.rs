//! The bounds of this crate's histograms.

/// Seconds it takes to open a connection to a database.
pub(crate) const DB_CONNECT: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// Seconds a program keeps a connection or a transaction to itself, up to a minute.
pub(crate) const DB_USE: &[f64] =
    &[0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0];
