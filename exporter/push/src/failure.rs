//! The ways in which an export fails, and the advice for each.

use std::{borrow::Cow, fmt::Display, time::Duration};

use kymo_core::OneLine;

use crate::{Compression, FlushError, export::Receipt};

/// An export of which nothing arrived, or not everything.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// The event, told to an operator on one line.
    pub(crate) reason: String,
    pub(crate) status: Option<Status>,
    pub(crate) retry: Retry,
    /// How the request was compressed that was refused as one that cannot be read.
    pub(crate) compression: Compression,
}

/// The causes that are told apart, each a value of `error.type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Timeout,
    Connection,
    Rejected,
    TooLarge,
    /// The server that answers speaks no OTLP.
    Foreign,
    Cancelled,
    Output,
    Panic,
    Collection,
    Status(Status),
}

/// How the receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// A status of HTTP.
    Http(u16),
    /// The name of a status of gRPC.
    #[allow(dead_code, reason = "nothing answers so without the feature `grpc`")]
    Grpc(&'static str),
}

/// Whether the same export may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// When we see fit.
    Soon,
    /// When the receiver asked for it.
    After(Duration),
}

impl Failure {
    /// A failure by `reason`, in which others may have had their say.
    pub(crate) fn new(kind: Kind, reason: impl Display) -> Self {
        Self {
            kind,
            reason: OneLine(reason).to_string(),
            status: None,
            retry: Retry::Never,
            compression: Compression::None,
        }
    }

    /// The connection could not be made, or ended midway.
    pub(crate) fn connection(reason: impl Display) -> Self {
        Self { retry: Retry::Soon, ..Self::new(Kind::Connection, reason) }
    }

    /// The receiver accepted the export, and refused some of it.
    pub(crate) fn rejected(receipt: &Receipt) -> Self {
        let reason = format!("{} data points were refused: {}", receipt.rejected, receipt.message);
        Self { status: receipt.status, ..Self::new(Kind::Rejected, reason) }
    }

    /// The receiver answered with a failure.
    pub(crate) fn status(status: Status, retry: Retry, message: &str) -> Self {
        let shown = match status {
            Status::Http(code) => format!("the answer was HTTP status {code}"),
            Status::Grpc(name) => format!("the answer was gRPC status {name}"),
        };
        let reason = if message.is_empty() { shown } else { format!("{shown}: {message}") };
        Self { status: Some(status), retry, ..Self::new(Kind::Status(status), reason) }
    }

    /// The same of a request that was compressed so, which may be why it was refused.
    pub(crate) fn compressed(mut self, compression: Compression) -> Self {
        let may_be_why = matches!(
            self.kind,
            Kind::Status(Status::Http(400 | 415) | Status::Grpc("UNIMPLEMENTED"))
        );
        if may_be_why && compression != Compression::None {
            self.reason = format!("{}; the request was compressed with {compression}", self.reason);
            self.compression = compression;
        }
        self
    }

    /// The same, with what the try before it failed by if this one only ran out of time.
    pub(crate) fn after(mut self, before: Option<Self>) -> Self {
        if let (Kind::Timeout, Some(before)) = (&self.kind, before) {
            self.reason = format!("{}; before that, {}", self.reason, before.reason);
        }
        self
    }

    /// Advice for an operator.
    pub(crate) fn advice(&self) -> &'static str {
        match self.compression {
            Compression::None => {}
            Compression::Gzip => {
                return "check that the collector takes gzip, or do not compress; and check the endpoint, \
                        its path and the protocol";
            }
            Compression::Zstd => {
                return "check that the collector takes zstd, or compress with gzip; and check the \
                        endpoint, its path and the protocol";
            }
        }
        match self.kind {
            Kind::Status(
                Status::Http(401 | 403) | Status::Grpc("UNAUTHENTICATED" | "PERMISSION_DENIED"),
            ) => "check the headers with the credentials",
            Kind::Status(
                Status::Http(300..=399 | 404 | 405 | 415) | Status::Grpc("UNIMPLEMENTED"),
            )
            | Kind::Foreign => "check the endpoint, its path and the protocol",
            Kind::Status(Status::Http(413) | Status::Grpc("RESOURCE_EXHAUSTED"))
            | Kind::TooLarge => "raise the limit of the other side, or measure fewer series",
            Kind::Timeout => {
                "check that the collector is up and not overloaded, or raise the time-out"
            }
            Kind::Connection => {
                "check that the collector is up, the endpoint, its port and its certificates"
            }
            Kind::Rejected | Kind::Status(_) => "see the log of the collector",
            Kind::Output => "check where standard output goes",
            Kind::Panic | Kind::Collection => {
                "correct the callback of an observable instrument, and restart the program"
            }
            Kind::Cancelled => "raise the time-out of the stop",
        }
    }
}

impl Kind {
    /// The value of `error.type`; statuses that are not registered are one value.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Rejected => "rejected",
            Self::TooLarge => "too_large",
            Self::Foreign => "foreign",
            Self::Cancelled => "cancelled",
            Self::Output => "output",
            Self::Panic => "panic",
            Self::Collection => "collection",
            Self::Status(Status::Grpc(name)) => name,
            Self::Status(Status::Http(code)) if known(*code) => {
                return Cow::Owned(code.to_string());
            }
            Self::Status(Status::Http(_)) => kymo_core::OTHER,
        })
    }
}

/// Whether a status is one a server sends on purpose; others are one value, to bound the series.
pub(crate) fn known(code: u16) -> bool {
    matches!(code, 200..=208 | 226 | 300..=308 | 400..=418 | 421..=431 | 451 | 500..=511)
}

impl From<&Failure> for FlushError {
    fn from(failure: &Failure) -> Self {
        Self::Failed { kind: failure.kind.name(), reason: failure.reason.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_forge_a_line_of_the_log() {
        let message = format!("no\n\u{2028}\u{202e}ERROR forged{}", "x".repeat(3_000_000));
        let receipt = Receipt { rejected: 1, message: message.clone(), ..Receipt::default() };
        for failure in [
            Failure::status(Status::Http(400), Retry::Never, &message),
            Failure::rejected(&receipt),
            Failure::connection(&message),
        ] {
            let forged = ['\n', '\u{2028}', '\u{202e}'];
            assert!(!failure.reason.contains(forged), "{}", failure.reason);
            assert!(failure.reason.len() < 600, "{}", failure.reason.len());
        }
    }

    #[test]
    fn a_status_nobody_knows_is_other() {
        assert_eq!(Kind::Status(Status::Http(503)).name(), "503");
        assert_eq!(Kind::Status(Status::Http(999)).name(), kymo_core::OTHER);
    }

    #[test]
    fn a_compression_that_may_be_refused_is_named_with_what_to_do() {
        let refused = |status, compression| {
            Failure::status(status, Retry::Never, "no").compressed(compression)
        };
        let http = |code| Status::Http(code);
        for status in [http(400), http(415), Status::Grpc("UNIMPLEMENTED")] {
            let zstd = refused(status, Compression::Zstd);
            assert!(zstd.reason.ends_with("compressed with zstd"), "{}", zstd.reason);
            assert!(zstd.advice().contains("takes zstd, or compress with gzip"));
            let gzip = refused(status, Compression::Gzip);
            assert!(gzip.reason.ends_with("compressed with gzip"), "{}", gzip.reason);
            assert!(gzip.advice().contains("takes gzip, or do not compress"));
            let plain = refused(status, Compression::None);
            assert!(!format!("{}{}", plain.reason, plain.advice()).contains("compress"));
        }
        for status in [http(401), http(503), Status::Grpc("UNAVAILABLE")] {
            let other = refused(status, Compression::Zstd);
            assert!(!format!("{}{}", other.reason, other.advice()).contains("compress"));
        }
    }
}
