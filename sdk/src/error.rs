//! The errors of the start and of the end.

use std::{error::Error, fmt, io, path::PathBuf};

use kymo_core::{OneLine, sentence};
use opentelemetry_sdk::error::OTelSdkError;

use crate::configuration::Origin;

/// Why telemetry cannot be installed.
#[derive(thiserror::Error)]
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
    /// A view is not right.
    #[error(transparent)]
    View(#[from] crate::ViewError),
    /// An objective cannot be watched over; with the features `http` and `prometheus`, the `ObjectiveError`.
    #[error(transparent)]
    Objective(Box<dyn Error + Send + Sync>),
    /// The configuration file cannot be used.
    #[error(transparent)]
    ConfigFile(#[from] ConfigFileError),
    /// An option was given to the builder beside a bridge that is built already.
    #[error(
        "`.{method}(…)` has no effect on the bridge that `.bridge(…)` was given; give that option \
         to `Bridge::builder()`, or leave out `.bridge(…)`"
    )]
    IgnoredBesideBridge {
        /// The method of the builder.
        method: &'static str,
    },
    /// The pull exporter cannot be built; with the feature `prometheus`, the `BridgeError`.
    #[error(transparent)]
    Prometheus(Box<dyn Error + Send + Sync>),
    /// The rules of who may scrape cannot be followed; with the feature `prometheus`, the `AccessError`.
    #[error(transparent)]
    Access(Box<dyn Error + Send + Sync>),
    /// The rules of who may scrape cannot be followed, beside a web-config file that the environment names;
    /// with the feature `prometheus`, the source is the `AccessError`.
    #[error(
        "{source}; {origin} names the web-config file {}: correct it, or leave {origin} out, and the \
         program alone says who may scrape",
        file.display()
    )]
    #[non_exhaustive]
    WebConfig {
        /// The file.
        file: PathBuf,
        /// The variable, or the key of the configuration file, that names it.
        origin: Origin,
        /// The fault.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A time between two pushes, or for one, is zero.
    #[error("`Otlp::{method}` got no time at all; give it some, or leave it out for the default")]
    ZeroDuration {
        /// The method that got it.
        method: &'static str,
    },
    /// A push exporter cannot be built; with the feature `otlp`, the `PushError`.
    #[error(transparent)]
    Push(Box<dyn Error + Send + Sync>),
}

/// Why a configuration file cannot be used.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFileError {
    /// There is no such file, or it cannot be read.
    #[error(
        "cannot read the configuration file {}: {source}; correct its path, or leave it out",
        file.display()
    )]
    Read {
        /// The file.
        file: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// Something in the file cannot be.
    #[error("{}, line {line}{}: {remedy}", file.display(), shown(key))]
    Mistake {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key, such as `meter_provider.readers[1].periodic.interval`; empty if it is about
        /// the file as a whole.
        key: String,
        /// The fault, and what to write instead; without values, which may be secret.
        remedy: String,
    },
}

fn shown(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", `{key}`") }
}

/// The exporters and readers that failed, or ran out of time, at a flush or at the end.
pub struct FlushError {
    failures: Vec<Failure>,
}

/// Why one exporter, or one reader of the application, is not done.
struct Failure {
    reason: String,
    is_timeout: bool,
}

impl FlushError {
    /// Whether nothing went wrong but that there was not enough time.
    pub fn is_timeout(&self) -> bool {
        self.failures.iter().all(|failure| failure.is_timeout)
    }

    #[allow(dead_code, reason = "used by the feature `otlp`")]
    pub(crate) fn new(reason: &impl ToString, is_timeout: bool) -> Self {
        // It may be what a server answered.
        let reason = OneLine(reason.to_string()).to_string();
        Self { failures: vec![Failure { reason, is_timeout }] }
    }

    /// All that failed of `outcomes`.
    pub(crate) fn of(outcomes: impl IntoIterator<Item = Result<(), Self>>) -> Result<(), Self> {
        let failed = outcomes.into_iter().filter_map(Result::err);
        let failures: Vec<_> = failed.flat_map(|error| error.failures).collect();
        if failures.is_empty() { Ok(()) } else { Err(Self { failures }) }
    }
}

impl From<OTelSdkError> for FlushError {
    fn from(error: OTelSdkError) -> Self {
        Self::new(&error, matches!(error, OTelSdkError::Timeout(_)))
    }
}

impl Error for FlushError {}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<_> = self.failures.iter().map(|failure| failure.reason.as_str()).collect();
        write!(f, "not everything was pushed: {}", reasons.join("; "))
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(self, f)
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ConfigFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(self, f)
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(self, f)
    }
}
