//! The errors of a bridge.

use std::{error::Error as _, fmt};

use opentelemetry_sdk::error::OTelSdkError;

/// Why a bridge could not be built, or a collector not be registered.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The namespace cannot begin a metric name.
    #[error(
        "namespace {namespace:?} cannot begin a metric name; \
         use letters, digits and `_`, and no digit first"
    )]
    Namespace {
        /// The namespace that was given.
        namespace: String,
    },

    /// The registry already has a bridge, and a second one would repeat `target_info`.
    #[error("the registry already has a bridge; build one per registry and clone it")]
    SecondBridge,

    /// Another collector of the registry already has a metric of the name `target_info`.
    #[error(
        "the registry already has a collector of `target_info`; \
         remove it, or build the bridge without_target_info()"
    )]
    TargetInfo {
        /// The error of the registry.
        source: prometheus::Error,
    },

    /// The registry refuses a collector.
    #[error(
        "the registry refuses the collector of {metrics:?}; \
         register it once, and give metrics of one name the same labels and help"
    )]
    Collector {
        /// The names of the collector's metrics.
        metrics: Vec<String>,
        /// The error of the registry.
        source: prometheus::Error,
    },

    /// The exporter of [`Bridge::upstream`](crate::Bridge::upstream) could not be built.
    #[error("the other exporter refuses the registry; is one of its exporters there already?")]
    Upstream {
        /// The error of the SDK.
        source: OTelSdkError,
    },
}

/// The sentence and its cause: a `main` that returns this error prints it so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        self.source().map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}
