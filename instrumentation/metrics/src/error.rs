//! Why a recorder cannot be installed.

use std::{error::Error, fmt};

/// Why a recorder cannot be installed: another one is there already, and a process has one.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct InstallRecorderError {}

impl InstallRecorderError {
    pub(crate) fn new() -> Self {
        Self {}
    }
}

impl fmt::Display for InstallRecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "another recorder of the metrics facade is installed already, and a process has one; in tests, let \
             `metrics::with_local_recorder()` take each one; where another telemetry installed its own, keep to \
             that; else remove what installs the other one, such as `PrometheusBuilder::install_recorder()` of \
             metrics-exporter-prometheus or `PrometheusMetricLayer::pair()` of axum-prometheus, or build that one \
             without installing it and install a `Fanout` of metrics-util over both",
        )
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for InstallRecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        kymo_core::sentence(self, f)
    }
}

impl Error for InstallRecorderError {}
