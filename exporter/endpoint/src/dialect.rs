//! The dialects of pages.

use http::HeaderValue;
use kymo_exposition::{Format, Scheme};

/// The format of a page, and how its names are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) format: Format,
    pub(crate) scheme: Scheme,
}

impl Dialect {
    /// The one that every client reads.
    pub(crate) const PLAIN: Self = Self { format: Format::Text004, scheme: Scheme::Underscores };

    /// The `Content-Type` of a page in it.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(self.format.content_type(self.scheme))
    }
}
