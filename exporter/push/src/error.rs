//! The errors of a push.

use std::{borrow::Cow, fmt, io, path::PathBuf, time::Duration};

use kymo_core::sentence;

/// The reason why a push could not start.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The endpoint cannot be pushed to.
    #[error(
        "endpoint {endpoint:?} cannot be pushed to: {problem}; \
         write it as http://host:4318/v1/metrics, or for gRPC as http://host:4317"
    )]
    Endpoint {
        /// The endpoint that was given, with `***` for whatever may be a secret.
        endpoint: String,
        /// The fault, fit to be shown.
        problem: String,
    },

    /// A header is none.
    #[error("header {name:?} cannot be sent: {problem}; correct or remove it")]
    Header {
        /// Its name; the value is not repeated.
        name: String,
        /// Whether it is the name or the value, and what is wrong with it.
        problem: &'static str,
    },

    /// A file of certificates or of a key cannot be used.
    #[error("{path:?} cannot be used as {purpose}: {problem}; give a readable PEM file")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The purpose of the file, such as `the client's certificate`.
        purpose: &'static str,
        /// The fault, fit to be shown.
        problem: String,
    },

    /// No certificate can be checked: no file of authorities was given, and the system has none.
    #[error(
        "TLS cannot be set up: the system has no certificates of authorities; install them, or give a \
         file of them"
    )]
    NoAuthorities,

    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {problem}")]
    Tls {
        /// The fault, and what to do about it.
        problem: String,
    },

    /// OTLP over gRPC was left out at compile time.
    #[error(
        "this program cannot push over gRPC; build it with the feature `grpc` of kymo-push, \
         which is `otlp-grpc` of kymo, or push over HTTP"
    )]
    WithoutGrpc,

    /// The thread that pushes could not be started.
    #[error("the thread that pushes metrics cannot be started; raise the limit of threads")]
    Thread {
        /// The error of the system.
        source: io::Error,
    },
}

/// The reason why a flush or a stop did not bring everything to the receiver.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// It took longer than the caller would wait.
    #[error("metrics were not pushed within {timeout:?}")]
    Timeout {
        /// How long was waited.
        timeout: Duration,
    },

    /// The push was stopped before.
    #[error("the push of metrics was stopped before")]
    Stopped,

    /// The export failed, or a part of it was refused.
    #[error("metrics were not pushed: {reason}")]
    Failed {
        /// The value of `error.type` in `otel.sdk.exporter.operation.duration`.
        kind: Cow<'static, str>,
        /// The event, told to an operator on one line.
        reason: String,
    },
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for Error {
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
