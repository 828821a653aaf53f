//! The bounds of this crate's histograms.

pub(crate) use kymo_core::buckets::HTTP_DURATION;

/// Bytes of a body, in powers of four from 256 B to 64 MiB; the first bucket holds empty bodies.
pub(crate) const BODY_SIZE: &[f64] = &[
    0.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// Seconds a long-lived stream stays open, from one second to a day.
pub(crate) const STREAM_DURATION: &[f64] =
    &[1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0, 43200.0, 86400.0];

/// Operations of one request: one, a few, and those of a loop.
pub(crate) const OPERATIONS: &[f64] =
    &[1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
