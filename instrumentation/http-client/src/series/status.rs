//! The status code of a response.

use http::StatusCode;

use crate::failure;

/// The status code of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// The request ended before there was one.
    NotReceived,
    Received(StatusCode),
    /// There was one, but no room for another series.
    Folded {
        is_error: bool,
    },
}

impl Status {
    pub(crate) fn is_error(self) -> bool {
        match self {
            Self::NotReceived => false,
            Self::Received(status) => failure::is_error(status),
            Self::Folded { is_error } => is_error,
        }
    }

    pub(crate) fn is_server_error(self) -> bool {
        matches!(self, Self::Received(status) if status.is_server_error())
    }
}
