//! What can go wrong at start-up and at the end.

use std::error::Error;

use opentelemetry_sdk::error::OTelSdkError;

/// Why telemetry cannot be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// Telemetry was installed in this process before.
    #[error(
        "telemetry is already installed in this process; keep the handle of the first \
         `install()` and clone it, or use `build()` for telemetry that is not global"
    )]
    AlreadyInstalled,
    /// The name of the service is empty.
    #[error("the service has no name; give one to `Telemetry::for_service`, such as \"bookshop\"")]
    EmptyServiceName,
    /// A pull exporter of our own was asked for beside an injected provider.
    #[error(
        "an injected meter provider must bring its own reader; give it `Bridge::reader()` and hand \
         the bridge to `.bridge(…)`, instead of calling `.prometheus()`"
    )]
    ReaderOfInjectedProvider,
    /// A push exporter was asked for beside an injected provider.
    #[error(
        "an injected meter provider must bring its own push exporter; give it a reader where it \
         is made, instead of calling `.otlp()` or `.console()`"
    )]
    PushOfInjectedProvider,
    /// A view is not right.
    #[error(transparent)]
    View(#[from] crate::ViewError),
    /// Views or common attributes were given beside an injected provider.
    #[error(
        "the shape of metrics is up to an injected meter provider; give the views to that, instead \
         of calling `.view(…)` or `.common_attribute(…)`"
    )]
    ViewsOfInjectedProvider,
    /// A reader was given beside an injected provider.
    #[error(
        "an injected meter provider must bring its own readers; give the reader to that provider, \
         with `with_reader`, instead of calling `.reader(…)`"
    )]
    ReaderBesideInjectedProvider,
    /// The pull exporter cannot be built.
    #[error(transparent)]
    Prometheus(#[from] crate::pull::PullError),
    /// A push exporter cannot be built.
    #[error(transparent)]
    Push(#[from] crate::push::PushError),
}

/// What could not be pushed in time, at the end or when a flush was asked for.
#[derive(Debug, thiserror::Error)]
#[error("not everything was pushed: {0}")]
pub struct ShutdownError(#[source] pub(crate) Box<dyn Error + Send + Sync>);

impl From<OTelSdkError> for ShutdownError {
    fn from(error: OTelSdkError) -> Self {
        Self(Box::new(error))
    }
}
