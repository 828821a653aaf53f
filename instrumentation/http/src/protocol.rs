//! The version of the protocol a request came with.

use http::Version;
use kymo_core::OTHER;

/// The value of `network.protocol.version`, as the HTTP conventions spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    Http09,
    Http10,
    Http11,
    Http2,
    Http3,
    Unknown,
    /// It was known, but there was no room for another series.
    Folded,
}

impl Protocol {
    pub(crate) fn of(version: Version) -> Self {
        match version {
            Version::HTTP_09 => Self::Http09,
            Version::HTTP_10 => Self::Http10,
            Version::HTTP_11 => Self::Http11,
            Version::HTTP_2 => Self::Http2,
            Version::HTTP_3 => Self::Http3,
            _ => Self::Unknown,
        }
    }

    pub(crate) fn version(self) -> Option<&'static str> {
        match self {
            Self::Http09 => Some("0.9"),
            Self::Http10 => Some("1.0"),
            Self::Http11 => Some("1.1"),
            Self::Http2 => Some("2"),
            Self::Http3 => Some("3"),
            Self::Unknown => None,
            Self::Folded => Some(OTHER),
        }
    }
}
