//! The ways to treat a request.

use std::time::Duration;

use http::StatusCode;
use tonic::Code;

/// How a receiver treats a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Conduct {
    /// Accepts it.
    Accept,
    /// Accepts it this much later.
    Delay(Duration),
    /// Accepts it but for that many points, or for none and with a warning.
    Partial {
        /// The points that it claims to have rejected.
        rejected: i64,
        /// Why.
        message: String,
    },
    /// Answers with an error of either protocol.
    Fail {
        /// Over http.
        status: StatusCode,
        /// Over gRPC.
        code: Code,
        /// `Retry-After` over http, `google.rpc.RetryInfo` over gRPC.
        retry_after: Option<Duration>,
    },
    /// Reads it and never answers.
    Hang,
    /// Takes a new connection and never reads from it; hangs on an old one.
    Ignore,
    /// Closes the connection in the middle of it.
    Close,
    /// Accepts it, and answers one byte at a time with this pause before each.
    Drip(Duration),
    /// Accepts it, and answers with a body of this many bytes or a few more.
    Huge(u32),
}

impl Conduct {
    /// 503 or `UNAVAILABLE`: try again.
    pub fn unavailable(retry_after: Option<Duration>) -> Self {
        let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable);
        Self::Fail { status, code, retry_after }
    }

    /// 429 or `RESOURCE_EXHAUSTED`: try again after the pause, if one is given.
    pub fn throttled(retry_after: Option<Duration>) -> Self {
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, Code::ResourceExhausted);
        Self::Fail { status, code, retry_after }
    }

    /// 400 or `INVALID_ARGUMENT`: do not try again.
    pub fn invalid() -> Self {
        let (status, code) = (StatusCode::BAD_REQUEST, Code::InvalidArgument);
        Self::Fail { status, code, retry_after: None }
    }

    /// 401 or `UNAUTHENTICATED`: do not try again.
    pub fn unauthenticated() -> Self {
        let (status, code) = (StatusCode::UNAUTHORIZED, Code::Unauthenticated);
        Self::Fail { status, code, retry_after: None }
    }

    /// Whether the client is told that its points are kept, all or most of them.
    pub(super) fn accepts(&self) -> bool {
        !matches!(self, Self::Fail { .. } | Self::Hang | Self::Ignore | Self::Close)
    }
}
