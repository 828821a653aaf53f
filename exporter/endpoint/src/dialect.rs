//! What a page is written in.

use http::HeaderValue;
use kymo_exposition::{Format, Scheme};

/// What a page is written in, and how its names are escaped.
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
        let said = self.format.content_type(self.scheme);
        // It is text, whatever the client wrote.
        HeaderValue::try_from(said).unwrap_or(HeaderValue::from_static("text/plain"))
    }
}
